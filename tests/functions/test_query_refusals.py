"""Nobody sees another's, and what cannot be answered is refused with what can."""

import json
from base64 import b64encode
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from darkroom.batches import Throttled
from darkroom.observability import logger
from functions.query_catalog import cursors, handler, questions
from functions.query_catalog.callers import groups
from functions.query_catalog.identifiers import id_of, key_of
from tests.functions.conftest import a_world
from tests.functions.querying import (
    ADMIN,
    ANYBODY,
    DOCUMENT,
    PROGRAM,
    Api,
    event_of,
    path_of,
    usage_path,
)
from tests.messages import Context
from tests.pictures import any_picture

ID = id_of("bob/b.jpg")
UPLOAD = {"upload_id": "x", "part_numbers": [1]}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Put a picture of bob's there, as its consumers would without looking at it."""
    with a_world() as world:
        world.put("bob/b.jpg", any_picture())
        yield Api(world)


def any_path(template: str, owner: str = "bob") -> str:
    return template.replace("{id}", ID).replace("{owner}", owner)


ROUTES = [
    (method, path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if path not in handler.ANONYMOUS
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_whom_no_authorizer_has_seen_is_refused(api: Api, method: str, path: str) -> None:
    answer = api.call(method.upper(), any_path(path), ANYBODY, body="{}")
    assert answer.status == 401


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"jwt": {}}, {"jwt": {"claims": {}}}, {"iam": {}}]
)
def test_an_empty_authorizer_has_seen_nobody(api: Api, authorizer: Any) -> None:
    event = event_of("GET", "/me", "alice")
    event["requestContext"]["authorizer"] = authorizer
    context: Any = Context()
    assert handler.handler(event, context)["statusCode"] == 401


@pytest.mark.parametrize("path", handler.ANONYMOUS)
def test_anybody_may_ask_for_health_and_the_document(api: Api, path: str) -> None:
    assert api.get(path, ANYBODY).status == 200


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if "{id}" in r[1]])
@pytest.mark.parametrize("who", ["alice", "bo", "bobb", "bob ", "unowned"])
def test_anothers_picture_looks_like_none(api: Api, who: str, method: str, path: str) -> None:
    bodies = {
        "parts": UPLOAD,
        "complete": {"upload_id": "x", "parts": [{"part_number": 1, "etag": "a"}]},
    }
    body = json.dumps(bodies.get(path.rpartition("/")[2], {}))
    query = "upload_id=x" if method == "delete" and "multipart" in path else ""
    theirs = api.call(method.upper(), any_path(path), who, body=body, query=query)
    nothing = path.replace("{id}", id_of("bob/nothing.jpg"))
    none = api.call(method.upper(), nothing, who, body=body, query=query)
    assert (theirs.status, theirs.body) == (404, none.body)
    assert "DeleteMarkers" not in api.world.s3.list_object_versions(Bucket="originals")


def test_anothers_owner_and_usage_and_the_report_are_refused(api: Api) -> None:
    for owner in ("bob", "alice ", "ALICE", "alice/", "%61lice"):
        assert api.get("/images", owner=owner).status == 403
    assert api.get("/images", owner="").status == 400
    assert api.get(usage_path("bob")).status == 403
    assert api.get(usage_path("%61lice")).status == 403
    assert api.get("/report").status == 403
    assert api.post("/uploads", {"files": [a_file()], "owner": "bob"}).status == 403
    assert api.post("/multipart-uploads", {**a_file(), "owner": "bob"}).status == 403


def test_a_user_of_no_owner_sees_nothing(api: Api) -> None:
    event = event_of("GET", "/images", "alice")
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    context: Any = Context()
    for owner in ("", "a/b", "..", "a\n", "x" * 2000):
        claims["custom:owner"] = owner
        assert handler.handler(event, context)["statusCode"] == 403


def test_groups_are_read_as_an_http_api_writes_them() -> None:
    assert groups("[admins other]") == ["admins", "other"]
    assert groups(["admins"]) == ["admins"]
    assert groups("admins") == ["admins"]
    for claim in (None, "", "[]", "[not-admins]", "[admins2 x]"):
        assert "admins" not in groups(claim)


@pytest.mark.parametrize("claim", ["[not-admins]", "[admins2 x]", "admins-of-nothing", ""])
def test_a_group_that_only_sounds_like_admins_is_none(api: Api, claim: str) -> None:
    event = event_of("GET", "/report", "alice")
    event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = claim
    context: Any = Context()
    assert handler.handler(event, context)["statusCode"] == 403


def a_file(
    name: str = "a.jpg", size: float = 7, content_type: str = "image/jpeg"
) -> dict[str, Any]:
    return {"name": name, "bytes": size, "content_type": content_type}


NAMES = [
    "",
    ".",
    "..",
    "../bob/x.jpg",
    "a/../../bob/x.jpg",
    "/x.jpg",
    "a//b.jpg",
    "a/",
    "a\\b.jpg",
    "..\\bob\\x.jpg",
    "%2e%2e/bob/x.jpg",
    "%2E%2E%2Fbob",
    "%252e%252e%252fbob",
    "a%00.jpg",
    "a\x00.jpg",
    "a\n.jpg",
    "\u202egpj.exe",
    "\ud800.jpg",
    "${filename}",
    "x" * 1020,
    "ü" * 512,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leaves_the_prefix_or_is_none_is_refused(api: Api, name: str) -> None:
    assert api.post("/uploads", {"files": [a_file(name)]}).status == 400
    assert api.post("/multipart-uploads", a_file(name)).status == 400
    assert not api.world.s3.list_multipart_uploads(Bucket="originals").get("Uploads")


@pytest.mark.parametrize("owner", ["", "a/b", "..", ".", "a\x00", 7, ["bob"], "x" * 1001])
def test_an_admin_uploads_for_nobody_who_cannot_be(api: Api, owner: Any) -> None:
    assert api.post("/uploads", {"files": [a_file()], "owner": owner}, ADMIN).status == 400
    assert api.post("/uploads", {"files": [a_file()]}, ADMIN).status == 400


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        {"files": []},
        {"files": {}},
        {"files": [7]},
        {"files": [a_file()] * 101},
        {"files": [a_file()] * 2},
        {"files": [a_file(size=-1)]},
        {"files": [a_file(size=200_001)]},
        {"files": [{**a_file(), "bytes": "7"}]},
        {"files": [{**a_file(), "bytes": True}]},
        {"files": [{**a_file(), "bytes": 1.5}]},
        {"files": [a_file(content_type="")]},
        {"files": [a_file(content_type="text/html; x=\r\ny")]},
        {"files": [{**a_file(), "acl": "public-read"}]},
        {"files": [a_file()], "more": 1},
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(api: Api, body: Any) -> None:
    assert api.post("/uploads", body).status == 400


def test_what_is_bad_twice_is_not_said_to_be_named_twice(api: Api) -> None:
    path = f"/multipart-uploads/{id_of('alice/a')}/complete"
    bad, good = [{"part_number": 0, "etag": "a"}, 7], [{"part_number": 1, "etag": "a"}] * 2
    for files, named_twice in (([{}, {}], False), ([{}, a_file(), a_file()], True)):
        assert ("body.files" in api.post("/uploads", {"files": files}).faults()) is named_twice
    for parts, named_twice in ((bad, False), (bad + good, True)):
        answer = api.post(path, {"upload_id": "x", "parts": parts})
        assert ("body.parts" in answer.faults()) is named_twice


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("{", 400),
        ('{"files": NaN}', 400),
        ('{"files": [], "files": []}', 400),
        ("[" * 200_000, 400),
        (f'{{"files": "{"x" * 300_000}"}}', 413),
        ('{"owner": "\\ud800"}', 400),
    ],
)
def test_what_is_no_json_is_refused(api: Api, text: str, status: int) -> None:
    assert api.call("POST", "/uploads", body=text).status == status


def test_a_body_in_base64_is_read_and_one_that_is_not_utf8_refused(api: Api) -> None:
    context: Any = Context()
    event = event_of("POST", "/uploads", "alice")
    event["isBase64Encoded"] = True
    for content, status in ((json.dumps({"files": [a_file()]}).encode(), 200), (b"\xff{}", 400)):
        event["body"] = b64encode(content).decode()
        assert handler.handler(event, context)["statusCode"] == status
    event["body"] = "no base64"
    assert handler.handler(event, context)["statusCode"] == 400


def test_a_body_of_another_type_is_refused(api: Api) -> None:
    answer = api.call("POST", "/uploads", body="{}", headers={"content-type": "text/plain"})
    assert (answer.status, answer.body["allowed"]) == (415, ["application/json"])


def test_every_bad_parameter_is_named_in_one_answer(api: Api) -> None:
    answer = api.call(
        "GET",
        "/images",
        query="limit=0&sort=size&format=jpg&uploaded_from=yesterday&min_bytes=x&colour=red&camera="
        "&state=READY&state=READY",
    )
    assert answer.status == 400
    assert answer.faults().keys() == {
        f"query.{name}"
        for name in [
            "limit",
            "sort",
            "format",
            "uploaded_from",
            "min_bytes",
            "colour",
            "camera",
            "state",
        ]
    }
    assert answer.faults()["query.format"]["allowed"] == list(questions.FORMATS)
    assert "camera" in answer.faults()["query.colour"]["allowed"]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("limit=0", "must be at least 1"),
        ("limit=201", "must be at most 200"),
        ("limit=" + "9" * 5000, "must be at most 200"),
        ("limit=many", "must be a whole number"),
    ],
)
def test_a_number_out_of_range_is_not_called_anything_else(api: Api, query: str, what: str) -> None:
    answer = api.call("GET", "/images", query=query)

    assert answer.faults()["query.limit"] == {
        "where": "query.limit",
        "what": what,
        "allowed": ["1 to 200"],
    }


@pytest.mark.parametrize(
    ("size", "what"),
    [
        (200_001, "must be at most 200,000"),
        (-1, "must be at least 0"),
        (1.5, "must be a whole number"),
        (True, "must be a whole number"),
    ],
)
def test_a_size_is_refused_for_what_is_wrong_with_it(api: Api, size: Any, what: str) -> None:
    form = api.post("/uploads", {"files": [a_file(size=size)]})
    parts = api.post("/multipart-uploads", a_file(size=size))

    assert form.faults()["body.files[0].bytes"]["what"] == what
    assert parts.faults()["body.bytes"]["what"] == what


def test_a_list_of_too_many_is_still_called_a_list(api: Api) -> None:
    many = [a_file(f"{number}.jpg") for number in range(101)]

    for files, what in ((many, "has 101 entries"), ([], "has 0 entries"), ({}, "must be a list")):
        assert api.post("/uploads", {"files": files}).faults()["body.files"]["what"] == what


@pytest.mark.parametrize(
    "query",
    [
        "limit=201",
        "limit=1.5",
        "limit=%D9%A3",
        "uploaded_from=2026-02-30",
        "uploaded_from=20260101",
        "uploaded_from=0001-01-01",
        "uploaded_from=0001-01-01T00:00:00%2B10:00",
        "uploaded_to=9999-12-31T23:59:59-10:00",
        "uploaded_from=2026-01-01T10:00:00+01:00",
        "taken_from=2026-01-01T10:00:00%2B01:00",
        "uploaded_from=2026-01-02&uploaded_to=2026-01-02",
        "taken_from=2026-01-02&taken_to=2026-01-01",
        "taken_from=2026-01-02T00:00:00.1&taken_to=2026-01-02T00:00:00.9",
        "taken_from=9999-12-31T23:59:59.9",
        "taken_from=2026-01-02&uploaded_to=2026-01-01",
        "taken_from=2026-01-02&sort=uploaded",
        "uploaded_from=2026-01-02&sort=taken",
        "reason=CORRUPT&state=READY",
        "min_bytes=2&max_bytes=1",
        "camera=%FF",
        "owner=%00",
        "cursor=",
        "camera=" + "x" * 8000,
        "&".join(["limit=1"] * 60),
    ],
)
def test_what_means_nothing_or_no_index_answers_is_refused(api: Api, query: str) -> None:
    assert api.call("GET", "/images", query=query).status == 400


def test_what_no_index_answers_is_refused_with_the_alternatives(api: Api) -> None:
    answer = api.get("/images", taken_from="2026-01-01", uploaded_to="2026-01-02")
    assert any("sort=-taken" in each for each in answer.body["allowed"])
    assert any("sort=-uploaded" in each for each in answer.body["allowed"])


def forged(question: Any, *position: str) -> str:
    return ".".join((cursors._mark(question.name, position), *map(id_of, position)))


def test_a_cursor_that_was_forged_or_is_anothers_leads_to_no_other_partition(api: Api) -> None:
    api.upload("bob/b.jpg", any_picture())
    bobs = api.world.facet("bob/b.jpg", "METADATA")
    place = ("2999-01-01T00:00:00.000Z", "bob/b.jpg", "METADATA")
    question = questions.question_of("alice", {})

    assert api.get("/images", cursor=forged(question, *place)).body["images"] == []
    of_bob = forged(questions.question_of("bob", {}), *place)
    assert api.get("/images", cursor=of_bob).status == 400
    assert bobs["owned_by"] == "bob"


@pytest.mark.parametrize(
    "position",
    [
        [],
        ["a"],
        ["a", "b", "c", "d"],
        ["", "b", "c"],
        ["a" * 1025, "b", "c"],
    ],
)
def test_a_cursor_of_nothing_is_refused(api: Api, position: list[str]) -> None:
    cursor = forged(questions.question_of("alice", {}), *position)
    assert api.get("/images", cursor=cursor).status == 400


@pytest.mark.parametrize("cursor", ["x", "!", ".", "x.YR", "x._w", "x.YQ==", "ü.YQ", "A" * 6001])
def test_what_is_no_cursor_is_refused(api: Api, cursor: str) -> None:
    assert api.get("/images", cursor=cursor).status == 400
    assert api.get("/owners", ADMIN, cursor=cursor).status == 400


def test_a_cursor_that_came_back_changed_is_refused(api: Api) -> None:
    question = questions.question_of("alice", {})
    cursor = forged(question, "2999", "alice/a", "METADATA")
    assert api.get("/images", cursor=cursor).status == 200
    for at, sign in enumerate(cursor):
        changed = cursor[:at] + ("A" if sign != "A" else "Q") + cursor[at + 1 :]
        assert api.get("/images", cursor=changed).status == 400


def test_a_cursor_outside_of_the_range_is_refused(api: Api) -> None:
    asked = questions.READERS["uploaded_from"]("2026-01-02")
    question = questions.question_of("alice", {"uploaded_from": asked})
    cursor = forged(question, "2026-01-01T00:00:00.000Z", "alice/a", "METADATA")
    assert api.get("/images", uploaded_from="2026-01-02", cursor=cursor).status == 400


def test_a_cursor_of_another_question_is_refused(api: Api) -> None:
    cursor = forged(questions.question_of("alice", {}), "2999", "alice/a", "METADATA")
    assert api.get("/images", format="PNG", cursor=cursor).status == 400
    assert api.get("/images", limit=7, cursor=cursor).status == 200


@pytest.mark.parametrize("id_", ["%FF", "a", "YQ==", "YR", "__8", "x" * 3000, "a.b", "a b"])
def test_what_is_no_id_is_unknown(api: Api, id_: str) -> None:
    for who in ("alice", ADMIN):
        assert api.get(f"/images/{id_}", who).status == 404


def test_an_id_has_one_spelling() -> None:
    assert key_of(id_of("a")) == "a"
    assert id_of("a") == "YQ"
    assert key_of("YR") is None


def test_unknown_routes_and_methods_are_told(api: Api) -> None:
    assert api.call("GET", "/nothing").status == 404
    answer = api.call("PUT", "/images")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    assert api.call("GET", "/nothing", ANYBODY).status == 401


def test_parameters_are_refused_where_none_are(api: Api) -> None:
    for path in ("/me", "/health", "/openapi.json", path_of("bob/b.jpg"), usage_path("bob")):
        assert api.get(path, "bob", owner="alice").status == 400


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "InternalError"])
def test_aws_without_time_is_busy_and_any_other_error_is_ours(
    api: Api, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": code}}, "Query")

    monkeypatch.setattr("functions.query_catalog.pages.Pages.page", fail)
    busy = api.get("/images")
    assert (busy.status, busy.headers["Retry-After"]) == (503, "1")
    code = "AccessDeniedException"
    with pytest.raises(ClientError):
        api.get("/images")


def test_aws_that_does_not_answer_is_busy(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")

    monkeypatch.setattr("functions.query_catalog.pages.Pages.page", fail)
    assert api.get("/images").status == 503


def test_items_that_dynamodb_had_no_time_for_are_not_taken_for_absent(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise Throttled("catalog did not give 1 items")

    monkeypatch.setattr("functions.query_catalog.pages.get_all", fail)
    busy = api.get(path_of("alice/a.jpg"))
    assert (busy.status, busy.headers["Retry-After"]) == (503, "1")


def test_a_log_line_names_the_request_and_nobody(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", lines)
    answer = api.get("/images", camera="Canon")
    [line] = map(json.loads, lines.getvalue().splitlines())
    assert line["correlation_id"] == answer.headers["X-Correlation-Id"] == "JKJaXmPLvHcESHA="
    assert (line["route"], line["status"]) == ("GET /images", 200)
    for secret in ("alice", "example.com", "8f14e45f", "Canon", "eyJ"):
        assert secret not in lines.getvalue()


def test_a_program_of_the_account_is_as_good_as_an_admin(api: Api) -> None:
    assert api.get("/me", PROGRAM).body == {"owner": None, "admin": True, "upload_prefix": None}
    assert api.get("/me").body == {"owner": "alice", "admin": False, "upload_prefix": "alice/"}
