"""Adding pictures: whole and in parts, dropped, pasted, cancelled, refused, tried again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, FilePayload, Page, expect

from tests.gallery.fake_cloud import FakeCloud
from tests.gallery.fake_exchange import Refused
from tests.gallery.pages import Gallery, Site, Visitor
from tests.gallery.uploads import LARGE_BYTES, a_large_picture, a_picture

FILES_AT_ONCE = 4


def test_a_large_file_goes_up_in_parts(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.upload([a_large_picture("large.jpg")])
    gallery.wait_for("large.jpg", "READY")
    assert cloud.catalog.records["alice/large.jpg"].bytes == LARGE_BYTES
    assert any(asked.endswith("/complete") for asked in cloud.asked)


@pytest.mark.parametrize(
    ("picture", "requests"), [(a_picture, 1), (a_large_picture, 3)], ids=["form", "parts"]
)
def test_an_upload_is_cancelled_in_flight(
    gallery: Gallery, cloud: FakeCloud, picture: Callable[[str], FilePayload], requests: int
) -> None:
    name = f"regretted {picture.__name__}.jpg"
    cloud.storage_open.clear()
    gallery.upload([picture(name)])
    expect(gallery.page.locator(".tray li.sending")).to_contain_text(name)
    cloud.wait_for_hanging(requests)
    gallery.page.get_by_role("button", name=f"Cancel {name}").click()
    expect(gallery.page.locator(".tray")).to_have_count(0)
    expect(gallery.tile(name)).to_have_count(0)
    cloud.wait_for_hanging(0)
    cloud.storage_open.set()
    gallery.upload([picture(f"not {name}")])
    gallery.wait_for(f"not {name}", "READY")
    assert f"alice/{name}" not in cloud.catalog.records
    assert cloud.parts == {}


def test_all_are_cancelled_at_once(gallery: Gallery, cloud: FakeCloud) -> None:
    cloud.storage_open.clear()
    gallery.upload([a_picture(f"many-{number}.jpg") for number in range(6)])
    expect(gallery.page.locator(".tray li")).to_have_count(6)
    cloud.wait_for_hanging(FILES_AT_ONCE)
    gallery.page.get_by_role("button", name="Cancel all").click()
    expect(gallery.page.locator(".tray")).to_have_count(0)
    cloud.wait_for_hanging(0)
    cloud.storage_open.set()
    gallery.upload([a_picture("one.jpg")])
    gallery.wait_for("one.jpg", "READY")
    assert not [key for key in cloud.catalog.records if key.startswith("alice/many-")]


def test_a_failed_upload_says_why_and_can_be_tried_again(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    cloud.faults.append(lambda _, path: Refused(503, "busy") if path == "/uploads" else None)
    gallery.upload([a_picture("second try.jpg")])
    expect(gallery.page.locator(".tray .why")).to_have_text("busy")
    cloud.faults.clear()
    gallery.page.get_by_role("button", name="Retry second try.jpg").click()
    gallery.wait_for("second try.jpg", "READY")


def test_a_file_that_failed_may_be_dropped_again(gallery: Gallery, cloud: FakeCloud) -> None:
    cloud.faults.append(lambda _, path: Refused(503, "busy") if path == "/uploads" else None)
    gallery.upload([a_picture("dropped again.jpg")])
    expect(gallery.page.locator(".tray .why")).to_have_text("busy")
    cloud.faults.clear()
    gallery.upload([a_picture("dropped again.jpg")])
    gallery.wait_for("dropped again.jpg", "READY")
    expect(gallery.page.locator(".tray")).to_have_count(0)


def test_a_first_upload_without_connection_waits_for_a_retry(gallery: Gallery) -> None:
    gallery.page.wait_for_function(UPLOADER_LOADED)
    gallery.page.context.set_offline(True)
    gallery.upload([a_picture("offline at first.jpg")])
    expect(gallery.page.locator(".tray .why")).to_contain_text("No connection")
    gallery.page.context.set_offline(False)
    gallery.page.get_by_role("button", name="Retry offline at first.jpg").click()
    gallery.wait_for("offline at first.jpg", "READY")


UPLOADER_LOADED = """() => performance.getEntriesByType("resource")
  .some(({ name }) => name.includes("/assets/uploads-"))"""


def test_one_is_asked_before_leaving_files_behind(gallery: Gallery, cloud: FakeCloud) -> None:
    page, asked = gallery.page, list[str]()

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    cloud.storage_open.clear()
    gallery.upload([a_picture("left behind.jpg")])
    expect(page.locator(".tray li.sending")).to_be_visible()
    page.locator("main").click(position={"x": 3, "y": 3})
    with page.expect_event("dialog"):
        page.evaluate("void setTimeout(() => location.reload())")
    expect(page.locator(".tray li.sending")).to_be_visible()
    assert asked == ["beforeunload"]
    cloud.storage_open.set()
    gallery.wait_for("left behind.jpg", "READY")


def test_a_picture_of_this_visit_comes_back_with_all_its_layers(
    gallery: Gallery, cloud: FakeCloud
) -> None:
    cloud.storage_open.clear()
    gallery.upload([a_picture("in and out.jpg")])
    expect(gallery.tile("in and out.jpg").locator(".preview")).to_be_visible()
    cloud.storage_open.set()
    gallery.wait_for("in and out.jpg", "READY")
    expect(gallery.page.locator(".tray")).to_have_count(0)
    gallery.tile("in and out.jpg").focus()
    gallery.page.keyboard.press("Delete")
    expect(gallery.tile("in and out.jpg")).to_have_count(0)
    gallery.undo()
    expect(gallery.tile("in and out.jpg").locator(".thumbnail.loaded")).to_be_visible()
    images = gallery.tile("in and out.jpg").locator("img")
    widths = images.evaluate_all("async (all) => all.map((one) => one.naturalWidth)")
    assert len(widths) == 2
    assert min(widths) > 0


def test_what_comes_in_does_not_shift_the_foot(page: Page, site: Site, admin: Visitor) -> None:
    page.set_viewport_size({"width": 1280, "height": 1600})
    gallery = Gallery(page, site).sign_in(admin, at="/?owner=bob")
    gallery.wait_for_pictures()
    page.evaluate(WATCH_SHIFTS)
    gallery.upload([a_picture(f"shifting-{number}.jpg") for number in range(9)])
    gallery.wait_for("shifting-0.jpg", "READY")
    assert not [name for name in page.evaluate("shifted") if "foot" in name]


# What of the page moves by itself.
WATCH_SHIFTS = """() => {
  window.shifted = [];
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries())
      window.shifted.push(...sources.map(({ node }) => node?.className ?? ""));
  }).observe({ type: "layout-shift" });
}"""


def test_a_refused_name_does_not_hold_up_the_others(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.upload([a_picture("fine.jpg"), a_picture("not..fine.jpg")])
    gallery.wait_for("fine.jpg", "READY")
    expect(gallery.page.locator(".tray .why")).to_contain_text("segment")
    gallery.page.get_by_role("button", name="Cancel not..fine.jpg").click()
    expect(gallery.page.locator(".tray")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_before_it_travels(gallery: Gallery) -> None:
    gallery.page.evaluate(
        """() => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(65 * 2 ** 20)], "huge.jpg"));
        const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
        document.body.dispatchEvent(event); }"""
    )
    expect(gallery.page.locator(".notice")).to_contain_text("huge.jpg is larger than 64 MiB")


def test_files_can_be_dropped_and_pasted(gallery: Gallery) -> None:
    gallery.page.evaluate(
        """([bytes]) => { const data = new DataTransfer();
        const file = (name) => new File([new Uint8Array(bytes)], name, { type: "image/jpeg" });
        data.items.add(file("dropped.jpg"));
        for (const type of ["dragenter", "dragover", "drop"])
          document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
        const pasted = new DataTransfer(); pasted.items.add(file("image.jpg"));
        document.body.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true })); }""",
        [list(a_picture("x")["buffer"])],
    )
    gallery.wait_for("dropped.jpg", "READY")
    gallery.wait_for("pasted-", "READY")


def test_a_folder_is_dropped_with_all_that_is_in_it(gallery: Gallery, cloud: FakeCloud) -> None:
    gallery.page.evaluate(DROP_A_FOLDER, [list(a_picture("x")["buffer"])])
    gallery.wait_for("deep.jpg", "READY")
    found = {key for key in cloud.catalog.records if key.startswith("alice/holiday/")}
    first = {f"alice/holiday/{number}.jpg" for number in range(3)}
    assert found == {*first, "alice/holiday/evening/deep.jpg"}


# A script cannot make the entries of a folder: they stand in for the browser's.
DROP_A_FOLDER = """([bytes]) => {
  const file = (path) => ({ isFile: true, fullPath: path, file: (take) =>
    take(new File([new Uint8Array(bytes)], path.split("/").at(-1), { type: "image/jpeg" })) });
  const folder = (path, ...batches) => ({ isFile: false, fullPath: path, createReader: () => ({
    readEntries: (take) => take(batches.shift() ?? []) }) });
  const evening = folder("/holiday/evening", [file("/holiday/evening/deep.jpg")]);
  const holiday = folder("/holiday",
    [file("/holiday/0.jpg"), file("/holiday/1.jpg")],
    [file("/holiday/2.jpg"), file("/holiday/.DS_Store"), evening]);
  DataTransferItem.prototype.webkitGetAsEntry = () => holiday;
  const data = new DataTransfer(); data.items.add(new File([], "holiday"));
  for (const type of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
