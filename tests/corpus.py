"""Ten tiny files, good and bad, that stand for what people upload."""

from tests.pictures import any_picture, bomb, exif

# By name: the bytes, and what becomes of them (tests/functions/corpus_outcomes.py has the form).
TINY = {
    "progressive.jpg": (any_picture(progressive=True), "40x30"),
    "turned.jpg": (any_picture(exif=exif(Orientation=6, Make="Camera")), "30x40"),
    "printed.jpg": (any_picture(mode="CMYK"), "40x30 cmyk_without_profile"),
    "transparent.png": (any_picture(format="PNG", mode="RGBA"), "40x30"),
    "palette.gif": (any_picture(format="GIF", mode="P"), "40x30"),
    "phone.heic": (any_picture(64, 48, format="HEIF"), "64x48"),
    "grey.tif": (any_picture(format="TIFF", mode="L"), "40x30"),
    "cut.png": (any_picture(format="PNG")[:-40], "TRUNCATED"),
    "bomb.png": (bomb(60_000), "TOO_MANY_PIXELS"),
    "letter.jpg": (b"This is no picture.\n", "NOT_AN_IMAGE"),
}
