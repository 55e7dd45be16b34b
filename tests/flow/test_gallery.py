"""A visit to the deployed gallery, in a browser: log in, upload, watch, filter, delete, undo."""

from collections.abc import Iterator
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from local import heic
from tests.api_clients import PASSWORD, any_user
from tests.flow.conftest import App
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import file
from tests.pictures import bomb, exif

SIDEWAYS = exif(Orientation=6)
TOP, BOTTOM = (30, 90, 200), (200, 60, 20)
SPARE = ("regretted.png", "missed.png", "returning.png")
READY = ("upright.jpg", "sideways.jpg", "logo.png", "phone.heic")
REFUSED = {"notes.txt": "The file is not a picture.", "bomb.png": "too many pixels"}
# The colours of a thumbnail near its top and its bottom, as the browser shows them.
COLOURS = """async (image) => {
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 9 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(image, 0, 0, 9, 9);
  return [1, 7].map((y) => [...brush.getImageData(4, y, 1, 1).data.slice(0, 3)]);
}"""


def two_coloured(width: int, height: int) -> Image.Image:
    """Draw a picture that tells where its top is."""
    picture = Image.new("RGB", (width, height), BOTTOM)
    picture.paste(TOP, (0, 0, width, height // 2))
    return picture


def on_its_side(width: int, height: int) -> Image.Image:
    """Turn it as a sensor does that is held upright; its orientation says so."""
    return two_coloured(width, height).transpose(Image.Transpose.ROTATE_90)


def encoded(picture: Image.Image, format: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def one_of_each_kind() -> list[FilePayload]:
    phone = heic.encode(on_its_side(64, 96), look=heic.Look(turns=3), exif=SIDEWAYS.tobytes())
    return [
        file("upright.jpg", encoded(two_coloured(640, 480), "JPEG")),
        file("sideways.jpg", encoded(on_its_side(480, 640), "JPEG", exif=SIDEWAYS)),
        file("logo.png", encoded(two_coloured(300, 300), "PNG"), "image/png"),
        file("phone.heic", phone, "image/heic"),
        file("notes.txt", b"no pixels at all\n" * 9, "text/plain"),
        file("bomb.png", bomb(60_000), "image/png"),
    ]


@pytest.fixture(scope="module")
def site(app: App) -> Iterator[Site]:
    app.cloud.gallery.open(app.cloud)
    yield Site(app.cloud.gallery.address.rstrip("/"))
    app.cloud.gallery.stop()


@pytest.fixture(scope="module")
def owner(app: App) -> str:
    """Fill the bucket below an owner with one of each kind, by another client than the page."""
    owner = f"visitor-{uuid4().hex[:8]}"
    bodies = {each["name"]: each["buffer"] for each in one_of_each_kind()}
    bodies |= dict.fromkeys(SPARE, bodies["logo.png"])
    versions = {f"{owner}/{name}": app.put(f"{owner}/{name}", bodies[name]) for name in bodies}
    for key, version in versions.items():
        app.wait_for_version(key, version)
    return owner


@pytest.fixture(scope="module")
def visitor(app: App, owner: str) -> Visitor:
    return Visitor(any_user(app.cloud, owner), PASSWORD)


@pytest.fixture
def gallery(page: Page, site: Site, visitor: Visitor) -> Gallery:
    return Gallery(page, site).sign_in(visitor)


def test_one_of_each_kind_develops_upright_or_is_refused(app: App, page: Page, site: Site) -> None:
    visitor = Visitor(any_user(app.cloud, f"visitor-{uuid4().hex[:8]}"), PASSWORD)
    gallery = Gallery(page, site).sign_in(visitor)
    gallery.upload(one_of_each_kind())
    for name in (*READY, *REFUSED):
        expect(gallery.tile(name)).to_be_visible()
    for name in READY:
        gallery.wait_for(name, "READY")
    for name, reason in REFUSED.items():
        gallery.wait_for(name, "REJECTED")
        expect(gallery.tile(name)).to_contain_text(reason)
    for name in READY:
        assert colours_of(gallery, name) == [close_to(TOP), close_to(BOTTOM)], name
    expect(gallery.page.get_by_label("Uploads", exact=True)).to_have_count(0)


def colours_of(gallery: Gallery, name: str) -> list[list[int]]:
    thumbnail = gallery.tile(name).locator(".thumbnail.loaded")
    expect(thumbnail).to_be_visible()
    found: list[list[int]] = thumbnail.evaluate(COLOURS)
    return found


def close_to(colour: tuple[int, int, int]) -> object:
    return pytest.approx(colour, abs=24)


@pytest.mark.exhaustive
def test_the_page_tells_what_the_catalog_knows(gallery: Gallery) -> None:
    picture = gallery.look_at("sideways.jpg")
    picture.wait_until_loaded()
    assert picture.fact("Size") == "480 \u00d7 640"
    assert picture.fact("File").startswith("JPEG")
    expect(picture.box.locator(".variants li")).to_have_count(3)
    gallery.page.reload()
    picture.wait_until_loaded()
    assert picture.name == "sideways.jpg"
    assert picture.fact("Size") == "480 \u00d7 640"
    with gallery.page.expect_download() as download:
        picture.box.get_by_role("link", name="Download", exact=True).click()
    with Image.open(download.value.path()) as original:
        assert original.size == (640, 480)
    picture.close()
    expect(gallery.tile("sideways.jpg")).to_be_visible()


@pytest.mark.exhaustive
def test_filters_find_by_state_format_and_reason(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.only("Refused")
    expect(gallery.tiles).to_have_count(len(REFUSED))
    gallery.more_filters()
    gallery.choose("reason", "TOO_MANY_PIXELS")
    expect(gallery.tiles).to_have_count(1)
    gallery.page.get_by_role("button", name="Clear").click()
    gallery.choose("format", "HEIF")
    expect(gallery.tiles).to_have_count(1)
    expect(gallery.tile("phone.heic")).to_be_visible()


@pytest.mark.exhaustive
def test_what_is_deleted_comes_back_by_undo_and_usage_follows(gallery: Gallery) -> None:
    regretted, missed, _ = SPARE
    gallery.go_to("Usage")
    before = int(gallery.total("pictures").inner_text())
    gallery.go_to("Pictures")
    gallery.look_at(regretted).delete()
    expect(gallery.tile(regretted)).to_have_count(0)
    gallery.wait_for_total("pictures", before - 1)
    gallery.go_to("Pictures")
    gallery.page.reload()
    gallery.wait_for_pictures()
    expect(gallery.tile(regretted)).to_have_count(0)

    gallery.look_at(missed).delete()
    gallery.undo()
    gallery.wait_for(missed, "READY")
    expect(gallery.tile(missed).locator(".thumbnail.loaded")).to_be_visible()
    gallery.wait_for_total("pictures", before - 1)


@pytest.mark.exhaustive
def test_a_deleted_picture_is_brought_back_at_its_address(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    picture = gallery.look_at(SPARE[2])
    picture.wait_until_loaded()
    address = gallery.page.url
    picture.delete()
    expect(gallery.page.locator(".notice")).to_contain_text("Deleted")
    gallery.wait_until_deleted(address)
    gallery.page.get_by_role("button", name="Bring it back").click()
    expect(gallery.page.locator(".wall img.thumbnail.loaded")).to_be_visible()


@pytest.mark.exhaustive
def test_another_owners_picture_is_refused(
    app: App, page: Page, site: Site, gallery: Gallery
) -> None:
    gallery.wait_for_pictures()
    gallery.look_at("upright.jpg").wait_until_loaded()
    address = page.url.removeprefix(site.url)
    gallery.sign_out()
    stranger = Visitor(any_user(app.cloud, f"stranger-{uuid4().hex[:8]}"), PASSWORD)
    Gallery(page, site).sign_in(stranger, at=address)
    expect(page.get_by_role("alert")).to_contain_text("no such picture")
    expect(page.locator(".wall img")).to_have_count(0)
    expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)


@pytest.mark.exhaustive
def test_administrators_see_all_owners_and_the_report(
    app: App, page: Page, site: Site, owner: str, gallery: Gallery
) -> None:
    gallery.sign_out()
    admin = Visitor(any_user(app.cloud, None, "admins"), PASSWORD)
    gallery = Gallery(page, site).sign_in(admin)
    gallery.choose("owner", owner)
    expect(gallery.tile("upright.jpg")).to_be_visible()
    gallery.go_to("Report")
    expect(page.locator(".days-chart canvas")).to_be_visible()
    expect(page.get_by_role("region", name="Refused, by reason")).to_contain_text("Not an image")


@pytest.mark.exhaustive
def test_who_signs_out_is_out(gallery: Gallery) -> None:
    gallery.sign_out()
    gallery.page.reload()
    expect(gallery.page.get_by_role("button", name="Sign in")).to_be_visible()
