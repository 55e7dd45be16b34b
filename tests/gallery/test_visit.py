"""A visit from login to logout: upload, watch, filter, open, delete, undo, count."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.gallery.fake_cloud import FakeCloud
from tests.gallery.fake_exchange import Refused
from tests.gallery.fake_record import id_of
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import a_picture, file, one_of_each_kind

REFUSED = {"really-a-text.jpg": "The file is not a picture", "half-uploaded.jpg": "ends too early"}


def test_a_visitor_comes_back_from_the_login_to_the_view_that_was_asked_for(
    page: Page, site: Site, alice: Visitor
) -> None:
    gallery = Gallery(page, site).sign_in(alice, at="/?state=REJECTED")
    expect(page).to_have_url(f"{site.url}/?state=REJECTED")
    expect(gallery.tiles.first).to_have_attribute("data-state", "REJECTED")


def test_one_of_each_kind_develops_or_is_refused_with_its_reason(gallery: Gallery) -> None:
    files = [each for each in one_of_each_kind() if not each["name"].endswith(".heic")]
    gallery.upload(files)
    for each in files:
        expect(gallery.tile(each["name"])).to_be_visible()
    for each in files:
        gallery.wait_for(each["name"], "REJECTED" if each["name"] in REFUSED else "READY")
    for name, reason in REFUSED.items():
        expect(gallery.state(name, "REJECTED")).to_contain_text(reason)
    expect(gallery.page.get_by_label("Uploads", exact=True)).to_have_count(0)


def test_an_upload_is_seen_at_once_and_develops_without_reloading(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    gallery.page.evaluate("window.here = true")
    cloud.storage_open.clear()
    gallery.upload([a_picture("at once.jpg")])
    expect(gallery.state("at once.jpg", "DEVELOPING")).to_be_visible()
    cloud.storage_open.set()
    gallery.wait_for("at once.jpg", "READY")
    expect(gallery.tile("at once.jpg").locator(".thumbnail.loaded")).to_be_visible()
    assert gallery.page.evaluate("window.here")


def test_what_another_client_uploads_appears(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    cloud.catalog.upload("alice/from elsewhere.jpg", a_picture("x")["buffer"])
    gallery.wait_for("from elsewhere.jpg", "READY")


def test_filters_narrow_the_view_and_stand_in_the_address(gallery: Gallery) -> None:
    gallery.only("Refused")
    expect(gallery.page).to_have_url(re.compile(r"\?state=REJECTED$"))
    expect(gallery.page.locator(".tile:not([data-state=REJECTED])")).to_have_count(0)
    gallery.more_filters()
    gallery.choose("reason", "CORRUPT")
    expect(gallery.page).to_have_url(re.compile("reason=CORRUPT"))
    gallery.page.get_by_role("button", name="Clear").click()
    expect(gallery.page).to_have_url(re.compile("/$"))
    gallery.wait_for_pictures()
    gallery.choose("format", "PNG")
    expect(gallery.page).to_have_url(re.compile("format=PNG"))
    gallery.page.go_back()
    expect(gallery.page).to_have_url(re.compile("/$"))


def test_a_picture_tells_all_that_is_known_of_it(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    picture = gallery.look_at("harbour-0002.jpg")
    picture.wait_until_loaded()
    assert picture.name == "harbour-0002.jpg"
    assert picture.fact("Lens") == "Summicron 35"
    expect(picture.box.locator(".variants li")).to_have_count(3)
    picture.box.get_by_text("Everything that is known").click()
    expect(picture.box.locator(".raw")).to_contain_text("sRGB")
    expect(picture.box.locator(".related a").first).to_be_visible()
    gallery.page.reload()
    expect(picture.box.get_by_role("heading", level=1)).to_have_text("harbour-0002.jpg")
    picture.close()
    expect(picture.box).to_have_count(0)


def test_a_deleted_picture_comes_back_by_undo(gallery: Gallery) -> None:
    picture = gallery.look_at("fern-0003.jpg")
    picture.wait_until_loaded()
    picture.delete()
    expect(gallery.page.locator(".notice")).to_contain_text("Deleted fern-0003.jpg")
    expect(gallery.tile("fern-0003.jpg")).to_have_count(0)
    gallery.undo()
    expect(gallery.tile("fern-0003.jpg")).to_be_visible()


def test_undo_waits_for_the_deletion_that_it_undoes(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    name = str(gallery.tiles.nth(4).get_attribute("data-name"))
    cloud.deletions_open.clear()
    gallery.tile(name).focus()
    gallery.page.keyboard.press("Delete")
    expect(gallery.tile(name)).to_have_count(0)
    gallery.page.keyboard.press("Control+z")
    cloud.deletions_open.set()
    expect(gallery.tile(name)).to_be_visible()
    expect(gallery.page.locator(".notice")).to_contain_text(f"{name} is back")


def test_what_is_deleted_already_is_deleted_and_comes_back_by_undo(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    gallery.wait_for_pictures()
    name = str(gallery.tiles.nth(4).get_attribute("data-name"))
    record = next(each for each in cloud.catalog.of("alice") if each.key.endswith(name))
    record.deleted = True
    gallery.tile(name).focus()
    gallery.page.keyboard.press("Delete")
    expect(gallery.page.locator(".notice")).to_contain_text(f"Deleted {name}")
    expect(gallery.page.locator(".notice.bad")).to_have_count(0)
    expect(gallery.tile(name)).to_have_count(0)
    gallery.undo()
    expect(gallery.page.locator(".notice")).to_contain_text(f"{name} is back")
    assert not record.deleted


def test_a_second_click_deletes_nothing_more(gallery: Gallery, cloud: FakeCloud) -> None:
    sent: list[str] = []
    gallery.page.on("request", lambda request: sent.append(request.method))
    cloud.deletions_open.clear()
    picture = gallery.look_at("fern-0003.jpg")
    picture.box.get_by_role("button", name="Delete").evaluate("b => (b.click(), b.click())")
    expect(gallery.page.locator(".notice")).to_contain_text("Deleted fern-0003.jpg")
    cloud.deletions_open.set()
    gallery.undo()
    expect(gallery.page.locator(".notice")).to_contain_text("fern-0003.jpg is back")
    assert sent.count("DELETE") == 1


def test_a_deletion_that_fails_gives_the_picture_back(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    name = str(gallery.tiles.nth(4).get_attribute("data-name"))
    cloud.faults.append(lambda method, _: Refused(500, "no") if method == "DELETE" else None)
    gallery.tile(name).focus()
    gallery.page.keyboard.press("Delete")
    expect(gallery.page.locator(".notice.bad")).to_have_text("no")
    expect(gallery.page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(gallery.tile(name)).to_be_visible()


def test_a_deleted_picture_is_brought_back_at_its_address(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    record = next(each for each in cloud.catalog.of("alice") if each.state == "READY")
    record.deleted = True
    gallery.open(f"/#/picture/{id_of(record.key)}")
    gallery.page.get_by_role("button", name="Bring it back").click()
    expect(gallery.page.locator(".wall img").first).to_be_visible()


def test_what_is_gone_for_good_is_not_offered_back(gallery: Gallery, cloud: FakeCloud) -> None:
    record = next(each for each in cloud.catalog.of("alice") if each.state == "READY")
    record.deleted, record.kept = True, False
    gallery.open(f"/#/picture/{id_of(record.key)}")
    expect(gallery.page.get_by_role("alert")).to_contain_text("deleted")
    expect(gallery.page.get_by_role("button", name="Bring it back")).to_have_count(0)


def test_usage_counts_what_was_uploaded(gallery: Gallery) -> None:
    gallery.go_to("Usage")
    before = int(gallery.total("pictures").inner_text())
    gallery.go_to("Pictures")
    gallery.upload([a_picture("counted.jpg"), file("empty.jpg", b"")])
    gallery.wait_for("counted.jpg", "READY")
    gallery.wait_for("empty.jpg", "REJECTED")
    gallery.go_to("Usage")
    expect(gallery.page.locator(".big dd").first).to_have_text(str(before + 2))


def test_another_owners_picture_is_refused(gallery: Gallery, cloud: FakeCloud) -> None:
    key = next(key for key in cloud.catalog.records if key.startswith("bob/"))
    gallery.open(f"/#/picture/{id_of(key)}")
    expect(gallery.page.get_by_role("alert")).to_contain_text("no such picture")
    expect(gallery.page.locator(".wall img")).to_have_count(0)


def test_an_administrator_chooses_whose_pictures_and_sees_the_report(
    page: Page, site: Site, admin: Visitor
) -> None:
    gallery = Gallery(page, site).sign_in(admin)
    gallery.wait_for_pictures()
    gallery.choose("owner", "bob")
    expect(page).to_have_url(re.compile("owner=bob"))
    expect(gallery.tiles).to_have_count(6)
    gallery.go_to("Report")
    expect(page.locator(".days-chart canvas")).to_be_visible()
    page.locator(".figure").first.get_by_text("Table").click()
    expect(page.locator(".scroll table").first).to_contain_text("Uploads")
    expect(page.get_by_role("region", name="Formats")).to_contain_text("JPEG")
    expect(page.get_by_role("region", name="Storage by owner")).to_contain_text("bob")
    with page.expect_download() as download:
        page.get_by_role("button", name="Uploads per day as CSV").click()
    assert download.value.path().read_text().startswith("Day,Uploads,Bytes,Refused")
    with page.expect_download() as download:
        page.get_by_role("group", name="All figures").get_by_role("button", name="CSV").click()
    assert "latency,p95,,,,3120," in download.value.path().read_text()


@pytest.mark.parametrize(
    ("at", "route"),
    [("/", "/me"), ("/", "/images"), ("/#/usage", "usage"), ("/#/report", "/report")],
)
def test_what_does_not_load_can_be_tried_again(
    page: Page, site: Site, admin: Visitor, cloud: FakeCloud, at: str, route: str
) -> None:
    gallery = Gallery(page, site).sign_in(admin)
    cloud.faults.append(lambda _, path: Refused(500, "no") if path.endswith(route) else None)
    page.goto("about:blank")
    gallery.open(at)
    expect(page.get_by_role("alert")).to_have_text("no")
    cloud.faults.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".thumbnail.loaded, .bigs").first).to_be_visible()


def test_a_picture_that_does_not_load_is_not_said_to_be_gone(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    gallery.wait_for_pictures()
    cloud.faults.append(lambda _, path: Refused(500, "no") if "/images/" in path else None)
    gallery.tiles.nth(1).click()
    expect(gallery.page.get_by_role("heading", name="It does not load")).to_be_visible()
    cloud.faults.clear()
    gallery.page.get_by_role("button", name="Try again").click()
    expect(gallery.page.locator(".facts details")).to_be_visible()


def test_a_day_that_is_typed_in_is_one_step_of_the_history(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.more_filters()
    before = gallery.page.evaluate("history.length")
    gallery.page.locator("input[name=uploaded_from]").focus()
    gallery.page.keyboard.type("11102026")
    expect(gallery.page).to_have_url(re.compile(r"uploaded_from=2026-1\d-1\d$"))
    assert gallery.page.evaluate("history.length") == before + 1


def test_an_ended_session_asks_to_sign_in_again(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    cloud.tokens.clear()
    cloud.refreshes.clear()
    gallery.go_to("Usage")
    ended = gallery.page.get_by_role("dialog", name="Your session has ended")
    expect(ended).to_be_visible()
    gallery.page.keyboard.press("Escape")
    expect(ended).to_have_count(0)
    gallery.page.get_by_role("button", name="Try again").click()
    expect(ended).to_be_visible()


def test_what_is_no_token_leads_to_signing_in_again(gallery: Gallery) -> None:
    gallery.open("/?state=READY")
    gallery.page.evaluate("""sessionStorage["darkroom.tokens"] =
        JSON.stringify({ id_token: "x.y.z", expires_at: 1e12 })""")
    gallery.page.reload()
    expect(gallery.page.get_by_role("dialog")).to_contain_text("Your session has ended")
    expect(gallery.page).to_have_url(re.compile(r"\?state=READY$"))


def test_an_expired_token_is_renewed_unseen(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    cloud.tokens.clear()
    gallery.go_to("Usage")
    expect(gallery.page.locator(".big").first).to_be_visible()


def test_too_many_requests_are_tried_again(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.wait_for_pictures()
    refusals = [Refused(429, "slow down")]
    cloud.faults.append(lambda _, path: refusals.pop() if refusals and "usage" in path else None)
    gallery.go_to("Usage")
    expect(gallery.page.locator(".big").first).to_be_visible()


def test_a_lost_connection_is_said(gallery: Gallery) -> None:
    gallery.wait_for_pictures()
    gallery.page.context.set_offline(True)
    expect(gallery.page.locator(".offline")).to_be_visible()
    gallery.page.context.set_offline(False)
    expect(gallery.page.locator(".offline")).to_have_count(0)


def test_the_last_act_is_to_sign_out(gallery: Gallery) -> None:
    gallery.sign_out()
    assert gallery.page.evaluate("sessionStorage.length") == 0
