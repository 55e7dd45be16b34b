"""Steps that overtake each other: each test holds the requests whose order decides."""

import pytest
from playwright.sync_api import Page, expect

from tests.gallery.fake_cloud import FakeCloud
from tests.gallery.fake_exchange import Refused
from tests.gallery.held import ME, UPLOADER, Held
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import a_picture

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
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator(".tray")).to_have_count(0)
    cloud.wait_until_nothing_hangs()
    cloud.storage_open.set()
    gallery.upload([a_picture("wanted.jpg")])
    gallery.wait_for("wanted.jpg", "READY")
    assert not [key for key in cloud.catalog.records if "unwanted" in key]
