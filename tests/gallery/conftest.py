"""A fake cloud for the page, and those who visit it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.gallery.browser import browser, context, page  # noqa: F401
from tests.gallery.fake_catalog import FakeCatalog
from tests.gallery.fake_cloud import DIST, FakeCloud, running
from tests.gallery.fake_record import draw_scenes
from tests.gallery.pages import Gallery, Site, Visitor

SCENES_OF_ALICE = 130


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    if not (DIST / "index.html").exists():
        pytest.fail("the gallery is not built: run make gallery")
    draw_scenes()
    catalog = FakeCatalog()
    catalog.seed("alice", SCENES_OF_ALICE, days=9, refused=19)
    catalog.seed("bob", 6, days=3)
    with running(catalog) as cloud:
        yield cloud


@pytest.fixture
def site(cloud: FakeCloud) -> Site:
    cloud.reset()
    return Site(cloud.url)


@pytest.fixture
def alice() -> Visitor:
    return Visitor("alice")


@pytest.fixture
def admin() -> Visitor:
    return Visitor("admin")


@pytest.fixture
def gallery(page: Page, site: Site, alice: Visitor) -> Gallery:  # noqa: F811
    return Gallery(page, site).sign_in(alice)
