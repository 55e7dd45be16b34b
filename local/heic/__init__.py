"""Writes HEIC, small and slow: the free encoders that others use are under the GPL."""

from local.heic.pictures import TILE, Look, encode, mosaic

__all__ = ["TILE", "Look", "encode", "mosaic"]
