"""What the first view costs to load, and how it stays smooth when there is much to see."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.gallery.fake_catalog import FakeCatalog
from tests.gallery.fake_cloud import DIST, running
from tests.gallery.fake_record import draw_scenes
from tests.gallery.pages import Gallery, Site, Visitor

FIRST_VIEW_BYTES = 200_000
PICTURES = 50_000
MOST_TILES = 200
FEW = 500
PER_DAY = 55


def test_the_first_view_takes_at_most_200_kb_of_compressed_script() -> None:
    page = (DIST / "index.html").read_text()
    scripts = {DIST / path.lstrip("/") for path in re.findall(r'(?:src|href)="([^"]+\.js)"', page)}
    assert scripts
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in _with_imports(scripts)}
    assert sum(sizes.values()) <= FIRST_VIEW_BYTES, sizes


def _with_imports(scripts: set[Path]) -> set[Path]:
    """Add what the scripts import at once; what they import when it is needed is not counted."""
    found = set(scripts)
    for script in scripts:
        imports = re.findall(r'(?:from|import)\s*"(\./[^"]+)"', script.read_text())
        found |= {script.parent / path for path in imports}
    return found if found == scripts else _with_imports(found)


@contextmanager
def archive(page: Page, count: int, now: datetime) -> Iterator[Gallery]:
    """Show an album of so many pictures, all of them loaded; the newest are always the same."""
    draw_scenes()
    catalog = FakeCatalog()
    catalog.seed("archive", count, days=count / PER_DAY, refused=97, now=now)
    larger = re.compile(r"/api/images\?.*limit=100")
    page.route(larger, lambda route: route.continue_(url=_more_at_once(route.request.url)))
    with running(catalog) as cloud:
        gallery = Gallery(page, Site(cloud.url)).sign_in(Visitor("archive"))
        gallery.wait_for_pictures()
        page.evaluate(SHOW_THE_END)
        expect(page.locator(".foot")).to_contain_text(f"{count:,} pictures. That is all.")
        yield gallery


def _more_at_once(url: str) -> str:
    """Let the fake answer with larger pages than the API would, so that all are soon there."""
    return url.replace("limit=100", "limit=10000")


def test_a_step_draws_as_much_among_fifty_thousand_pictures_as_among_few(page: Page) -> None:
    now, drawn = datetime.now(UTC), []
    for count in (FEW, PICTURES):
        with archive(page, count, now):
            drawn.append(page.evaluate(SCROLL))
    few, many = drawn
    assert few["steps"] == many["steps"]
    assert sum(many["steps"]) > 0


def test_only_what_is_near_the_window_of_fifty_thousand_is_drawn(page: Page) -> None:
    with archive(page, PICTURES, datetime.now(UTC)):
        assert page.evaluate(LEAP) < MOST_TILES
        page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        expect(page.locator(f'.tile[data-index="{PICTURES - 1}"]')).to_be_focused()
        expect(page.locator(f'.tile[data-index="{PICTURES - 1}"]')).to_be_in_viewport()
        assert page.locator(".tile").count() < MOST_TILES


# Until the end is the end.
SHOW_THE_END = """() => new Promise((done) => {
  const further = () => {
    if (document.querySelector(".foot")?.textContent.includes("That is all")) return done();
    scrollTo(0, document.documentElement.scrollHeight);
    requestAnimationFrame(further);
  };
  further();
})"""

# How many tiles each step down from the top draws anew.
SCROLL = """async () => {
  const frames = async (count) => { while (count--) await new Promise(requestAnimationFrame); };
  scrollTo(0, 0);
  await frames(4);
  let added = 0;
  const drawn = (records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) added += node.querySelectorAll?.(".tile").length ?? 0;
  };
  const observer = new MutationObserver(drawn);
  observer.observe(document.querySelector(".sheet-of-days"), { childList: true, subtree: true });
  const steps = [];
  for (let step = 0; step < 12; step++) {
    added = 0;
    scrollBy(0, 250);
    await frames(4);
    drawn(observer.takeRecords());
    steps.push(added);
  }
  return { steps };
}"""

# The most tiles that are there at a time while one leaps all the way up.
LEAP = """async () => {
  let most = 0;
  for (let at = document.documentElement.scrollHeight; at > 0; at -= 40_000) {
    scrollTo(0, at);
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll(".tile").length);
  }
  return most;
}"""
