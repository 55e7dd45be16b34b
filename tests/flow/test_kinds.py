"""One upload of each kind, all at once: each ends as it should, and none disturbs another."""

from local.agreement import FACETS
from local.heic import Look
from tests.flow.conftest import App
from tests.pictures import any_picture, bomb, decoded, exif

PICTURES = {
    "baseline.jpg": any_picture(400, 300),
    "progressive.jpg": any_picture(400, 300, progressive=True),
    "cmyk.jpg": any_picture(400, 300, mode="CMYK"),
    "grey.jpg": any_picture(400, 300, mode="L"),
    "rgba.png": any_picture(400, 300, "PNG", "RGBA"),
    "palette.png": any_picture(400, 300, "PNG", "P"),
    "one-bit.png": any_picture(400, 300, "PNG", "1"),
    "16-bit.png": any_picture(400, 300, "PNG", "I;16"),
    "lossless.webp": any_picture(400, 300, "WEBP", lossless=True),
    "still.gif": any_picture(400, 300, "GIF", "P"),
    "scan.tif": any_picture(400, 300, "TIFF", compression="tiff_lzw"),
    "screen.bmp": any_picture(400, 300, "BMP"),
    "photo.avif": any_picture(400, 300, "AVIF"),
    "phone.heic": any_picture(300, 400, "HEIF", look=Look(turns=3), exif=exif(Orientation=6)),
    "tiles.heic": any_picture(400, 300, "HEIF", tile=256),
    "renamed.jpg": any_picture(400, 300, "PNG"),
}
REFUSED = {
    "bomb.png": (bomb(60_000), "TOO_MANY_PIXELS"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "UNSUPPORTED_FORMAT"),
    "paper.pdf": (b"%PDF-1.7\n" + bytes(100), "UNSUPPORTED_FORMAT"),
    "notes.txt": (b"no pixels at all\n" * 9, "NOT_AN_IMAGE"),
    "nothing.jpg": (b"", "EMPTY"),
}


def test_each_kind_ends_as_it_should(app: App) -> None:
    bodies = PICTURES | {name: body for name, (body, _) in REFUSED.items()}
    versions = {f"kinds/{name}": app.put(f"kinds/{name}", body) for name, body in bodies.items()}
    half = app.put("kinds/half.jpg", any_picture(400, 300, quality=95)[:-900])
    for key, version in {**versions, "kinds/half.jpg": half}.items():
        app.wait_for_version(key, version)

    for name in PICTURES:
        states = {facet: app.facet(f"kinds/{name}", facet)["state"] for facet in FACETS}
        assert states == dict.fromkeys(FACETS, "READY"), name
        sizes = {decoded(each).size for each in app.thumbnails_of(f"kinds/{name}").values()}
        assert sizes == {(128, 96), (400, 300)}, name
    for name, (_, reason) in REFUSED.items():
        for facet in FACETS:
            assert app.facet(f"kinds/{name}", facet).get("reason") == reason, name
    assert app.facet("kinds/half.jpg", "THUMBNAILS")["reason"] == "TRUNCATED"
    assert app.inspector.dead_letters() == {}
