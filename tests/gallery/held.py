"""Requests that wait in the browser until a test releases them."""

from playwright.sync_api import Page, Route

ME = "**/api/me"
UPLOADER = "**/assets/uploads-*.js"
CHART = "**/assets/uPlot*.js"


class Held:
    """A page's requests to one address: all of them wait until they are released."""

    def __init__(self, page: Page, url: str) -> None:
        self.waiting: list[Route] = []
        self._released = False
        page.route(url, self._take)

    def _take(self, route: Route) -> None:
        if self._released:
            route.continue_()
        else:
            self.waiting.append(route)

    def release(self) -> None:
        self._released = True
        for route in self.waiting:
            route.continue_()
