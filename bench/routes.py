"""A walk along every route of the API, in the order in which one needs what another answered."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Generator as Walk
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

MIDDLE = "YWxpY2UvMDAwMDUwMC5qcGc"  # alice/0000500.jpg
OTHER = "YWxpY2UvMDAwMDQwMC5qcGc"  # alice/0000400.jpg
OWNER = {"owner": "alice"}
FILE = {"name": "part.jpg", "bytes": 7, "content_type": "image/jpeg"}
PART = b"7 bytes"


@dataclass(frozen=True)
class Ask:
    """One request; what it asks for is told by ``route``, what comes back is JSON."""

    route: str
    method: str
    path: str
    query: str = ""
    body: Mapping[str, Any] | None = None


Send = Callable[[Ask], tuple[Any, float]]  # the answer, and milliseconds that it took
Put = Callable[[str], str]  # a part's URL in, its ETag out


def reads(_: Put) -> Walk[Ask, Any]:
    """Ask for what changes nothing."""
    of_alice = "owner=alice"
    yield Ask("GET /health", "GET", "/health")
    yield Ask("GET /openapi.json", "GET", "/openapi.json")
    yield Ask("GET /me", "GET", "/me")
    yield Ask("GET /images", "GET", "/images", of_alice)
    yield Ask("GET /images by format", "GET", "/images", f"format=JPEG&{of_alice}")
    nothing = f"format=JPEG&min_width=4001&{of_alice}"
    yield Ask("GET /images, nothing fits", "GET", "/images", nothing)
    day = f"{of_alice}&uploaded_from=2026-11-20&uploaded_to=2026-11-21"
    yield Ask("GET /images of a day", "GET", "/images", day)
    yield Ask("GET /images/{id}", "GET", f"/images/{MIDDLE}")
    yield Ask("GET /images/{id}/similar", "GET", f"/images/{MIDDLE}/similar")
    yield Ask("GET /owners", "GET", "/owners")
    yield Ask("GET /owners/{owner}/usage", "GET", "/owners/alice/usage")
    yield Ask("GET /report", "GET", "/report", "from=2026-11-01&to=2026-11-21")
    files = {"files": [FILE], **OWNER}
    yield Ask("POST /uploads", "POST", "/uploads", body=files)


def changes(put: Put) -> Walk[Ask, Any]:
    """Delete and bring back, upload in parts and give up."""
    yield Ask("DELETE /images/{id}", "DELETE", f"/images/{OTHER}")
    yield Ask("POST /images/{id}/restore", "POST", f"/images/{OTHER}/restore")
    begin = Ask("POST /multipart-uploads", "POST", "/multipart-uploads", body={**FILE, **OWNER})
    begun = yield begin
    path, upload = f"/multipart-uploads/{begun['id']}", begun["upload_id"]
    wanted = {"upload_id": upload, "part_numbers": [1]}
    found = yield Ask("POST /multipart-uploads/{id}/parts", "POST", f"{path}/parts", body=wanted)
    parts = [{"part_number": 1, "etag": put(found["urls"]["1"])}]
    whole = {"upload_id": upload, "parts": parts}
    yield Ask("POST /multipart-uploads/{id}/complete", "POST", f"{path}/complete", body=whole)
    begun = yield begin
    query = f"upload_id={begun['upload_id']}"
    yield Ask("DELETE /multipart-uploads/{id}", "DELETE", path, query)


def timed(rounds: int, send: Send, put: Put) -> dict[str, list[float]]:
    """Walk along all routes *rounds* times; return milliseconds by route.

    One more round comes first and is left out: clients are made in it.
    """
    spent: dict[str, list[float]] = defaultdict(list)
    for walk in (reads, changes):
        for number in range(rounds + 1):
            for route, milliseconds in _walked(walk(put), send):
                if number:
                    spent[route].append(milliseconds)
    return spent


def _walked(walk: Walk[Ask, Any], send: Send) -> Iterator[tuple[str, float]]:
    answer = None
    while True:
        try:
            ask = walk.send(answer)
        except StopIteration:
            return
        answer, milliseconds = send(ask)
        yield ask.route, milliseconds


def parsed(body: bytes, *, packed: bool) -> Any:
    """Return what an answer says; ``None`` if nothing."""
    body = gzip.decompress(body) if packed else body
    return json.loads(body) if body else None


def p50_and_p95(spent: list[float]) -> tuple[float, float]:
    """Return the median and what 95 of 100 stay below."""
    return median(spent), quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0]
