"""A browser, a fake cloud for it, and an eye on its console."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.gallery.chromium import Chromium, find_chromium
from tests.gallery.fake_catalog import FakeCatalog, draw_scenes
from tests.gallery.fake_cloud import DIST, FakeCloud, running
from tests.gallery.pages import Gallery, Site, Visitor

SCENES_OF_ALICE = 130
# Refusals that a test provokes are told in the console; a violation of the policy counts.
HARMLESS = ("Failed to load resource",)


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    found = find_chromium()
    if not found:
        pytest.skip("no Chromium: name one in CHROMIUM, or run npm ci in gallery/ on x86-64 Linux")
    return found


@pytest.fixture(scope="session")
def browser(chromium: Chromium) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program,
            env={**os.environ, **chromium.environment},
            args=["--no-sandbox", "--font-render-hinting=none", "--disable-gpu"],
        )
        yield browser
        browser.close()


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
    cloud.faults.clear()
    return Site(cloud.url)


@pytest.fixture
def alice() -> Visitor:
    return Visitor("alice")


@pytest.fixture
def admin() -> Visitor:
    return Visitor("admin")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page that must neither fail nor be told off by its policy."""
    page, heard = context.new_page(), []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(HARMLESS):
            heard.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield page
    assert heard == []


@pytest.fixture
def gallery(page: Page, site: Site, alice: Visitor) -> Gallery:
    return Gallery(page, site).sign_in(alice)
