"""Steps that overtake each other: each test holds the requests whose order decides."""

import pytest
from playwright.sync_api import Page, expect

from tests.gallery.fake_cloud import FakeCloud
from tests.gallery.fake_exchange import Refused
from tests.gallery.fake_record import id_of
from tests.gallery.held import CHART, ME, UPLOADER, Held
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import a_picture

HOUR = 3600
ORDERS = pytest.mark.parametrize(
    "order", [(ME, UPLOADER), (UPLOADER, ME)], ids=["me first", "uploader first"]
)


def add_before_the_page_has_started(
    page: Page, site: Site, visitor: Visitor, order: tuple[str, str], *names: str
) -> Gallery:
    """Add each file for itself while ``/me`` and the uploader's chunk are held; release them."""
    held = {url: Held(page, url) for url in order}
    gallery = Gallery(page, site).sign_in(visitor)
    for name in names:
        gallery.upload([a_picture(name)])
    for url in order:
        held[url].release()
    return gallery


@ORDERS
def test_retry_reaches_every_file_that_was_added_before_the_page_had_started(
    page: Page, site: Site, cloud: FakeCloud, alice: Visitor, order: tuple[str, str]
) -> None:
    cloud.faults.append(lambda _, path: Refused(503, "busy") if path == "/uploads" else None)
    names = [f"early {order.index(ME)} {number}.jpg" for number in range(2)]
    gallery = add_before_the_page_has_started(page, site, alice, order, *names)
    expect(page.locator(".tray .why")).to_have_text(["busy", "busy"])
    cloud.faults.clear()
    for name in names:
        page.get_by_role("button", name=f"Retry {name}").click()
    for name in names:
        gallery.wait_for(name, "READY")
    expect(page.locator(".tray")).to_have_count(0)


@ORDERS
def test_cancel_all_reaches_every_file_that_was_added_before_the_page_had_started(
    page: Page, site: Site, cloud: FakeCloud, alice: Visitor, order: tuple[str, str]
) -> None:
    cloud.storage_open.clear()
    names = [f"unwanted {order.index(ME)} {number}.jpg" for number in range(2)]
    gallery = add_before_the_page_has_started(page, site, alice, order, *names)
    expect(page.locator(".tray li")).to_have_count(2)
    cloud.wait_for_hanging(2)
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator(".tray")).to_have_count(0)
    cloud.wait_for_hanging(0)
    cloud.storage_open.set()
    gallery.upload([a_picture("wanted.jpg")])
    gallery.wait_for("wanted.jpg", "READY")
    assert not [key for key in cloud.catalog.records if "unwanted" in key]


def test_a_picture_that_answers_slowly_is_asked_for_once_at_a_time(
    page: Page, site: Site, cloud: FakeCloud, alice: Visitor
) -> None:
    page.clock.install()
    cloud.catalog.upload("alice/slow.jpg", a_picture("x")["buffer"], seconds=HOUR)
    record = cloud.catalog.records["alice/slow.jpg"]
    Gallery(page, site).sign_in(alice, at=f"/#/picture/{id_of(record.key)}")
    expect(page.get_by_text("Developing").first).to_be_visible()
    held = Held(page, f"**/api/images/{id_of(record.key)}")
    with page.expect_request(f"**/api/images/{id_of(record.key)}"):
        page.clock.run_for(2000)
    page.clock.run_for(20_000)
    record.ready_from = 0
    held.release()
    expect(page.locator(".wall img.thumbnail.loaded")).to_be_visible()
    assert len(held.waiting) == 1


def test_files_are_taken_as_soon_as_the_page_is_there(
    page: Page, site: Site, alice: Visitor
) -> None:
    page.add_init_script(PASTE_AT_ONCE)
    gallery = Gallery(page, site).sign_in(alice)
    gallery.wait_for("at once.txt", "REJECTED")


def test_a_part_that_did_not_load_is_loaded_with_the_page(
    page: Page, site: Site, admin: Visitor
) -> None:
    for part in (UPLOADER, CHART):
        page.route(part, lambda route: route.abort(), times=1)
    gallery = Gallery(page, site).sign_in(admin, at="/?owner=bob")
    gallery.upload([a_picture("after all.jpg")])
    expect(page.locator(".notice.bad")).to_contain_text(
        "Please reload the page. Nothing was taken in"
    )
    gallery.go_to("Report")
    expect(page.get_by_role("alert")).to_contain_text("Please reload the page.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".days-chart canvas")).to_be_visible()
    gallery.go_to("Pictures")
    gallery.upload([a_picture("after all.jpg")])
    gallery.wait_for("after all.jpg", "READY")


# What is pasted in the very moment in which the page appears.
PASTE_AT_ONCE = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".shell")) return;
  observer.disconnect();
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File(["no picture"], "at once.txt"));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}).observe(document, { childList: true, subtree: true });"""
