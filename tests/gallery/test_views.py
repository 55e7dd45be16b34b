"""Every view for everybody: without a mouse, on a phone, by day and by night, and by ear."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.gallery.chromium import GALLERY
from tests.gallery.pages import PATIENCE_MS, Gallery, Site, Visitor
from tests.gallery.uploads import a_picture

AXE = GALLERY / "node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


def the_grid(gallery: Gallery) -> None:
    gallery.wait_for_pictures()


def the_filters(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.more_filters()


def refused_pictures(gallery: Gallery) -> None:
    gallery.only("Refused")
    expect(gallery.page.locator(".tile[data-state=REJECTED]").first).to_be_visible()


def nothing_found(gallery: Gallery) -> None:
    gallery.open("/?camera=None")
    expect(gallery.page.get_by_text("No picture fits")).to_be_visible()


def a_picture_of_its_own(gallery: Gallery) -> None:
    gallery.look_at("tide-0009.jpg").wait_until_loaded()
    gallery.page.get_by_text("Everything that is known").click()


def a_refused_picture(gallery: Gallery) -> None:
    gallery.only("Refused")
    gallery.page.locator(".tile[data-state=REJECTED]").first.click()
    expect(gallery.page.get_by_role("heading", name="Refused")).to_be_visible()


def the_usage(gallery: Gallery) -> None:
    gallery.go_to("Usage")
    gallery.page.locator(".figure summary").first.click()


def the_report(gallery: Gallery) -> None:
    gallery.go_to("Report")
    expect(gallery.page.locator("canvas")).to_be_visible()
    gallery.page.locator(".figure summary").first.click()


def the_help(gallery: Gallery) -> None:
    gallery.page.keyboard.press("?")
    expect(gallery.page.get_by_role("dialog", name="Keys")).to_be_visible()


def a_failed_upload_and_a_notice(gallery: Gallery) -> None:
    gallery.upload([a_picture("a..jpg")])
    expect(gallery.page.locator(".tray .why")).to_be_visible()


VIEWS = [
    the_grid, the_filters, refused_pictures, nothing_found, a_picture_of_its_own,
    a_refused_picture, the_usage, the_report, the_help, a_failed_upload_and_a_notice,
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    page: Page,
    site: Site,
    admin: Visitor,
    view: Callable[[Gallery], None],
    scheme: str,
    size: dict[str, int],
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    view(Gallery(page, site).sign_in(admin, at="/?owner=alice"))
    assert violations(page) == []
    width = """Math.max(document.documentElement.scrollWidth,
        ...[...document.querySelectorAll('.picture')].map(each => each.scrollWidth))"""
    assert page.evaluate(width) <= size["width"]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_at_the_door(page: Page, site: Site, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(site.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def test_the_keyboard_is_enough(gallery: Gallery) -> None:
    page, keys = gallery.page, gallery.page.keyboard
    gallery.wait_for_pictures()
    keys.press("ArrowDown")
    expect(gallery.tiles.first).to_be_focused()
    keys.press("ArrowRight")
    expect(gallery.tiles.nth(1)).to_be_focused()
    keys.press("ArrowDown")
    expect(page.locator(".tile:focus")).not_to_have_attribute("data-index", "1")
    assert top_of(page.locator(".tile:focus")) > top_of(gallery.tiles.nth(1))
    keys.press("ArrowUp")
    expect(gallery.tiles.nth(1)).to_be_focused()
    name = gallery.tiles.nth(1).get_attribute("data-name")
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", level=1)).to_be_focused()
    keys.press("ArrowRight")
    expect(page.get_by_role("heading", level=1).last).not_to_have_text(str(name))
    keys.press("ArrowLeft")
    keys.press("Escape")
    expect(gallery.tile(str(name))).to_be_focused()
    keys.press("Delete")
    expect(gallery.tile(str(name))).to_have_count(0)
    expect(page.locator(".tile:focus")).to_have_count(1)
    expect(page.locator(".notice")).to_contain_text("Deleted")
    keys.press("Control+z")
    expect(gallery.tile(str(name))).to_be_visible()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keys.press("f")
    expect(page.locator(".filters :focus")).to_have_count(1)


def test_the_first_tab_skips_to_the_pictures(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.page.keyboard.press("Tab")
    link = gallery.page.get_by_role("link", name="Skip to the pictures")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    gallery.page.keyboard.press("Enter")
    expect(gallery.page.locator("main")).to_be_focused()


def test_arrows_reach_far_beyond_the_window(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.page.keyboard.press("ArrowDown")
    for _ in range(25):
        gallery.page.keyboard.press("ArrowDown")
    expect(gallery.page.locator(".tile:focus")).to_be_in_viewport()
    assert int(str(gallery.page.locator(".tile:focus").get_attribute("data-index"))) > 60


def test_nothing_moves_while_pictures_load(browser: Browser, site: Site, alice: Visitor) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    Gallery(page, site).sign_in(alice).wait_for_pictures()
    page.add_init_script(SUM_SHIFTS)
    page.reload()
    page.wait_for_selector(".thumbnail.loaded")
    page.mouse.wheel(0, 900)
    page.wait_for_function(SCROLLED_AND_LOADED)
    assert page.evaluate("shiftsSoFar()") < 0.02
    context.close()


SUM_SHIFTS = """(() => {
  let sum = 0;
  const add = (entries) => entries.forEach(({ value }) => (sum += value));
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: "layout-shift" });
  window.shiftsSoFar = () => (add(observer.takeRecords()), sum);
})()"""
# The last frame's shifts are known in the next one.
SCROLLED_AND_LOADED = """async () => {
  const all = [...document.querySelectorAll(".tile[data-state=READY]")];
  if (!scrollY || !all.every((tile) => tile.querySelector(".thumbnail.loaded"))) return false;
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  return true;
}"""


def test_a_notice_does_not_lie_over_the_tray(page: Page, site: Site, alice: Visitor) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    gallery = Gallery(page, site).sign_in(alice)
    gallery.wait_for_pictures()
    gallery.upload([a_picture("not..here.jpg")])
    expect(page.locator(".tray .why")).to_be_visible()
    page.locator("a.tile[data-state=READY]").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(".notice")).to_be_visible()
    notice, tray = page.locator(".notice").bounding_box(), page.locator(".tray").bounding_box()
    assert notice
    assert tray
    assert notice["y"] + notice["height"] <= tray["y"]
    gallery.undo()


def test_nothing_behind_a_picture_gets_the_focus(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.look_at(str(gallery.tiles.nth(2).get_attribute("data-name"))).wait_until_loaded()
    for _ in range(24):
        gallery.page.keyboard.press("Tab")
        assert gallery.page.locator(":focus:not(body, .picture *)").count() == 0


def test_a_phone_shows_the_same(page: Page, site: Site, alice: Visitor) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    gallery = Gallery(page, site).sign_in(alice)
    gallery.wait_for_pictures()
    expect(page.get_by_role("button", name="Add", exact=False).first).to_be_in_viewport()
    picture = gallery.look_at("tide-0009.jpg")
    picture.wait_until_loaded()
    expect(picture.box.get_by_role("button", name="Delete")).to_be_in_viewport(ratio=1)


def test_the_narrowest_phone_shows_whole_words_and_nothing_sticks_out(
    page: Page, site: Site, alice: Visitor
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    gallery = Gallery(page, site).sign_in(alice, at="/?state=REJECTED")
    expect(gallery.tiles.first).to_be_visible()
    cut = """(all) => all.filter((tile) => [...tile.querySelectorAll("b, .icon")].some((each) => {
        const { top, bottom, height } = each.getBoundingClientRect();
        const outer = tile.getBoundingClientRect();
        return height && (top < outer.top || bottom > outer.bottom); })).length"""
    assert gallery.tiles.evaluate_all(cut) == 0
    gallery.more_filters()
    expect(page.locator("input[name=taken_to]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_paper_the_report_is_dark_on_light_and_whole(
    page: Page, site: Site, admin: Visitor
) -> None:
    the_report(Gallery(page, site).sign_in(admin))
    page.emulate_media(color_scheme="dark", media="print")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    table = page.locator(".scroll").first
    assert table.evaluate("(box) => box.scrollHeight <= box.clientHeight")


def test_the_page_calls_no_foreign_host_and_breaks_no_policy(
    page: Page, site: Site, alice: Visitor
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    gallery = Gallery(page, site).sign_in(alice)
    gallery.wait_for_pictures()
    gallery.upload([a_picture("own host.jpg")])
    gallery.wait_for("own host.jpg", "READY")
    gallery.go_to("Usage")
    assert not [url for url in asked if not url.startswith((site.url, "data:", "blob:"))]


def test_nobody_asks_while_nobody_looks(page: Page, site: Site, alice: Visitor) -> None:
    page.clock.install()
    Gallery(page, site).sign_in(alice).wait_for_pictures()
    page.evaluate(LOOK, False)
    page.clock.run_for(LONGEST_LOOK_MS)
    page.evaluate(FETCH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        page.clock.run_for(LONGEST_LOOK_MS)
        page.evaluate(FETCH)
    assert asked == [f"{site.url}/config.json"] * 3
    with page.expect_request("**/api/images?*"):
        page.evaluate(LOOK, True)
        page.clock.run_for(LONGEST_LOOK_MS)


LONGEST_LOOK_MS = 10_000
FETCH = "fetch('/config.json').then(() => undefined)"
LOOK = """(looks) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => !looks });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def top_of(tile: Locator) -> float:
    found = tile.bounding_box()
    assert found
    return found["y"]


def test_the_page_names_nothing_of_another_host() -> None:
    page = Path(GALLERY / "dist/index.html").read_text()
    assert not re.search(r"https?://|<style|style=|onload=", page)
    assert "<script>" not in page
