"""A browser, and an eye on its console."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.gallery.chromium import NoChromium, find_chromium
from tests.gallery.pages import PATIENCE_MS

# Refusals that a test provokes are told in the console; a violation of the policy counts.
HARMLESS = ("Failed to load resource",)
# A notice goes after nine seconds: on a busy machine, two steps of a test may be further apart.
NOTICES_STAY = """((wait) => {
  window.setTimeout = (act, ms, ...rest) => wait(act, ms === 9000 ? 9000 * 60 : ms, ...rest);
})(window.setTimeout)"""
# A busy machine is no defect.
expect.set_options(timeout=PATIENCE_MS)


# One at a time: Playwright does not run twice in a process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        chromium = find_chromium()
    except NoChromium as error:
        pytest.fail(str(error), pytrace=False)
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(NOTICES_STAY)
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
    assert not heard, heard
