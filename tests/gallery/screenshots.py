"""Take the pictures of the gallery that the README and docs/gallery.md show."""

from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.gallery.chromium import find_chromium
from tests.gallery.fake_catalog import FakeCatalog
from tests.gallery.fake_cloud import FakeCloud, running
from tests.gallery.fake_record import draw_scenes
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import a_large_picture

IMAGES = Path(__file__).parents[2] / "docs/images"
DESK, PHONE = (1280, 800), (390, 844)
MOST_BYTES = 300_000
COLOURS = (256, 192, 128, 96, 64)


def take(browser: Browser, cloud: FakeCloud) -> None:
    """Take them all."""
    gallery = _visit(browser, cloud, "dark", DESK)
    _shoot(gallery, "gallery-dark")
    picture = gallery.look_at("skyline-0015.jpg")
    picture.wait_until_loaded()
    _shoot(gallery, "picture-dark")
    picture.close()
    gallery.go_to("Report")
    gallery.page.wait_for_selector("canvas")
    _shoot(gallery, "report-dark")
    _shoot(_visit(browser, cloud, "dark", PHONE), "gallery-phone")
    _shoot(_uploading(_visit(browser, cloud, "light", DESK), cloud), "gallery-light")


def _visit(browser: Browser, cloud: FakeCloud, scheme: str, size: tuple[int, int]) -> Gallery:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
        is_mobile=size == PHONE,
    )
    site, admin = Site(cloud.url), Visitor("admin")
    gallery = Gallery(context.new_page(), site).sign_in(admin, at="/?owner=alice")
    gallery.wait_for_pictures()
    return gallery


def _uploading(gallery: Gallery, cloud: FakeCloud) -> Gallery:
    """Let uploads stop half-way: of large files, three parts at a time are under way."""
    cloud.storage_open.clear()
    gallery.upload([a_large_picture(f"on its way {number}.jpg", number) for number in (11, 1, 29)])
    gallery.page.wait_for_selector(".tray li.sending:nth-child(3)")
    gallery.page.wait_for_selector(".tile img.preview")
    gallery.page.wait_for_timeout(1500)
    return gallery


def _shoot(gallery: Gallery, name: str) -> None:
    gallery.page.wait_for_function(ALL_SHOWN)
    taken = Image.open(BytesIO(gallery.page.screenshot())).convert("RGB")
    small = (each for each in map(partial(_in_colours, taken), COLOURS) if len(each) <= MOST_BYTES)
    (IMAGES / f"{name}.png").write_bytes(next(small))


def _in_colours(picture: Image.Image, count: int) -> bytes:
    """Encode it with so few colours, dithered: hardly to be seen, and a fraction of the bytes."""
    palette, out = picture.quantize(count, kmeans=2), BytesIO()
    dithered = picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    dithered.save(out, "PNG", optimize=True)
    return out.getvalue()


ALL_SHOWN = """() => [...document.querySelectorAll("img")].every((one) => one.complete)
  && !document.querySelector(".thumbnail:not(.loaded)")"""


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    draw_scenes()
    catalog = FakeCatalog()
    for owner, count, days in (("alice", 260, 13), ("bob", 40, 20), ("carol", 90, 25)):
        catalog.seed(owner, count, days, refused=19)
    with running(catalog) as cloud, find_chromium().launched(scrollbars=True) as browser:
        take(browser, cloud)


if __name__ == "__main__":
    main()
