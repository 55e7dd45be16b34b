"""The gallery as a visitor sees it: its places and what can be done there.

Everything hangs on a page of Playwright and the site's address, so that the same steps drive
the fake cloud's gallery and any deployed one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import FilePayload, Locator, Page, expect

PATIENCE_MS = 90_000


@dataclass(frozen=True)
class Site:
    """Where a gallery is."""

    url: str


@dataclass(frozen=True)
class Visitor:
    """A user of the site's login."""

    name: str
    password: str = "any"


class Gallery:
    """The page after its login."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site

    def sign_in(self, visitor: Visitor, at: str = "/") -> "Gallery":
        self.page.goto(f"{self.site.url}{at}")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("[name=username]:visible").fill(visitor.name)
        self.page.locator("[name=password]:visible").fill(visitor.password)
        self.page.locator("[type=submit]:visible").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def open(self, at: str) -> None:
        """Go to an address of the page, as one who is signed in already."""
        self.page.goto(f"{self.site.url}{at}")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    @property
    def tiles(self) -> Locator:
        return self.page.locator(".tile")

    def tile(self, name: str) -> Locator:
        return self.page.locator(f'.tile[data-name="{name}"]').first

    def state(self, name: str, state: Literal["READY", "REJECTED", "DEVELOPING"]) -> Locator:
        return self.page.locator(f'.tile[data-state={state}][data-name^="{name}"]').first

    def wait_for(self, name: str, state: Literal["READY", "REJECTED"]) -> None:
        expect(self.state(name, state)).to_be_visible()

    def wait_for_pictures(self) -> None:
        expect(self.page.locator(".thumbnail.loaded").first).to_be_visible()

    def upload(self, files: Sequence[FilePayload]) -> None:
        self.page.locator("input[name=files]").first.set_input_files(files)

    def only(self, state: str) -> None:
        self.page.get_by_role("radio", name=state, exact=True).check()

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"select[name={name}]").select_option(value)

    def more_filters(self) -> None:
        self.page.locator("button[aria-controls=more-filters]").click()

    def look_at(self, name: str) -> "Picture":
        self.tile(name).click()
        return Picture(self)

    def go_to(self, place: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=place).click()

    def undo(self) -> None:
        self.page.locator(".notice").get_by_role("button", name="Undo").click()

    def total(self, label: str) -> Locator:
        """Return a figure of the usage or the report."""
        return self.page.locator(".big").filter(has_text=label).locator("dd")

    def wait_for_total(self, label: str, count: int) -> None:
        """Look at the usage until it says so: it is counted a moment after a picture is ready."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while True:
            self.go_to("Usage")
            expect(self.total(label)).to_be_visible()
            if self.total(label).inner_text() == str(count) or time.monotonic() > end:
                break
            self.go_to("Pictures")
        expect(self.total(label)).to_have_text(str(count))

    def wait_until_deleted(self, at: str) -> None:
        """Look at a picture's address until it says so."""
        back = self.page.get_by_role("button", name="Bring it back")
        end = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < end:
            self.page.goto("about:blank")
            self.page.goto(at)
            expect(back.or_(self.page.locator(".facts details"))).to_be_visible()
            if back.is_visible():
                break
        expect(back).to_be_visible()

    def sign_out(self) -> None:
        self.page.goto(self.site.url)
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("button", name="Sign in")).to_be_visible()


class Picture:
    """One picture's page."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.page = gallery.page
        self.box = self.page.get_by_role("dialog")
        expect(self.box).to_be_visible()

    @property
    def name(self) -> str:
        return self.box.get_by_role("heading", level=1).inner_text()

    def wait_until_loaded(self) -> None:
        expect(self.box.locator(".facts details")).to_be_visible()

    def fact(self, name: str) -> str:
        row = self.box.locator(".facts dl:not(.raw) > div").filter(has_text=name).first
        return row.locator("dd").inner_text()

    def delete(self) -> None:
        self.box.get_by_role("button", name="Delete").click()

    def close(self) -> None:
        self.box.get_by_role("button", name="Back to the grid").click()
