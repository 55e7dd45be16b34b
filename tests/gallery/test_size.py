"""What the first view costs to load, and how it stays smooth when there is much to see."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.gallery.fake_catalog import FakeCatalog, draw_scenes
from tests.gallery.fake_cloud import DIST, FakeCloud, running
from tests.gallery.pages import Gallery, Site, Visitor

FIRST_VIEW_BYTES = 200_000
PICTURES = 50_000
MOST_NODES = 400
MEDIAN_MS = (
    150  # a software renderer on a machine that is shared; what counts is that it does not grow
)


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


@pytest.fixture
def crowded() -> Iterator[FakeCloud]:
    draw_scenes()
    catalog = FakeCatalog()
    catalog.seed("archive", PICTURES, days=900, refused=97)
    with running(catalog) as cloud:
        yield cloud


def test_fifty_thousand_pictures_scroll_smoothly(page: Page, crowded: FakeCloud) -> None:
    page.route(
        re.compile(r"/api/images\?"),
        lambda route: route.continue_(url=_more_at_once(route.request.url)),
    )
    gallery = Gallery(page, Site(crowded.url)).sign_in(Visitor("archive"))
    gallery.wait_for_pictures()
    page.evaluate(LOAD_ALL, PICTURES)
    expect(page.locator(".foot")).to_contain_text("50,000 pictures", timeout=10_000)
    frames = page.evaluate(SCROLL)
    assert frames["nodes"] < MOST_NODES
    assert frames["tiles"] > 10
    assert frames["median"] < MEDIAN_MS, frames
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(page.locator(f'.tile[data-index="{PICTURES - 1}"]')).to_be_focused()


def _more_at_once(url: str) -> str:
    """Let the fake answer with larger pages than the API would, so that all are soon there."""
    return url.replace("limit=100", "limit=10000")


LOAD_ALL = """async (wanted) => {
  for (let turn = 0; turn < 600; turn++) {
    scrollTo(0, document.documentElement.scrollHeight);
    await new Promise((done) => setTimeout(done, 60));
    if (document.querySelector(".foot")?.textContent.includes("That is all")) return;
  }
}"""

SCROLL = """async () => {
  const times = []; let nodes = 0, tiles = 1e9, last = performance.now();
  for (let frame = 0; frame < 120; frame++) {
    scrollBy(0, frame < 60 ? 700 : -40000);
    await new Promise(requestAnimationFrame);
    const now = performance.now(); times.push(now - last); last = now;
    const drawn = document.querySelectorAll(".tile").length;
    nodes = Math.max(nodes, drawn); tiles = Math.min(tiles, drawn);
  }
  times.sort((a, b) => a - b);
  return { nodes, tiles, median: times[60], p95: times[114], worst: times[119] };
}"""
