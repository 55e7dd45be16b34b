"""Opens, decodes and understands pictures: only the formats we take, and only what fits."""

from darkroom.pictures.opening import Picture, open_picture
from darkroom.pictures.tags import exif

__all__ = ["Picture", "exif", "open_picture"]
