"""Take the pictures of the gallery that the README and docs/gallery.md show."""

import os
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.gallery.chromium import find_chromium
from tests.gallery.fake_catalog import FakeCatalog, draw_scenes
from tests.gallery.fake_cloud import running
from tests.gallery.pages import Gallery, Site, Visitor

IMAGES = Path(__file__).parents[2] / "docs/images"
DESK, PHONE = (1440, 900), (390, 844)


def take(browser: Browser, site: Site) -> None:
    """Take them all."""
    for scheme in ("dark", "light"):
        gallery = _visit(browser, site, scheme, DESK)
        _shoot(gallery, f"gallery-{scheme}")
        gallery.look_at("valley-0008.jpg").wait_until_loaded()
        _shoot(gallery, f"picture-{scheme}")
    _shoot(_visit(browser, site, "dark", PHONE), "gallery-phone")
    report = _visit(browser, site, "dark", DESK)
    report.go_to("Report")
    report.page.wait_for_selector("canvas")
    _shoot(report, "report-dark")


def _visit(browser: Browser, site: Site, scheme: str, size: tuple[int, int]) -> Gallery:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
    )
    gallery = Gallery(context.new_page(), site).sign_in(Visitor("admin"), at="/?owner=alice")
    gallery.wait_for_pictures()
    return gallery


def _shoot(gallery: Gallery, name: str) -> None:
    gallery.page.wait_for_load_state("networkidle")
    gallery.page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    chromium = find_chromium()
    if not chromium:
        raise SystemExit("no Chromium: name one in CHROMIUM, or run npm ci in gallery/")
    IMAGES.mkdir(parents=True, exist_ok=True)
    draw_scenes()
    catalog = FakeCatalog()
    for owner, count, days in (("alice", 260, 16), ("bob", 40, 20), ("carol", 90, 25)):
        catalog.seed(owner, count, days, refused=19)
    with running(catalog) as cloud, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program,
            env={**os.environ, **chromium.environment},
            args=["--no-sandbox", "--font-render-hinting=none"],
        )
        take(browser, Site(cloud.url))
        browser.close()


if __name__ == "__main__":
    main()
