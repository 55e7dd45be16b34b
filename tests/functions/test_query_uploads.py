"""Uploads through the API: forms and parts that take exactly what was announced."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws

from darkroom.aws import s3
from functions.query_catalog import resources
from functions.query_catalog.identifiers import id_of
from tests.functions.conftest import ENVIRONMENT, World
from tests.functions.querying import ADMIN, Api
from tests.functions.test_query_refusals import a_file


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def test_a_form_takes_exactly_what_was_announced(api: Api) -> None:
    body = {"files": [a_file("trip/a b.jpg", 7), a_file("ü.png", 8, "image/png")]}

    first, second = api.post("/uploads", body).body["uploads"]

    assert (first["key"], second["key"]) == ("alice/trip/a b.jpg", "alice/ü.png")
    assert first["id"] == id_of(first["key"])
    policy = json.loads(b64decode(first["fields"]["policy"]))
    conditions = policy["conditions"]
    assert {"key": "alice/trip/a b.jpg"} in conditions
    assert {"bucket": "originals"} in conditions
    assert {"Content-Type": "image/jpeg"} in conditions
    assert ["content-length-range", 7, 7] in conditions
    signed = {name for each in conditions if isinstance(each, dict) for name in each}
    assert signed - {"bucket"} == first["fields"].keys() - {"policy", "x-amz-signature"}
    for moment in (policy["expiration"], first["expires_at"]):
        left = datetime.fromisoformat(moment) - datetime.now(UTC)
        assert timedelta(seconds=880) < left <= timedelta(seconds=901)


def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    [upload] = api.post("/uploads", {"files": [a_file(size=7.0)]}).body["uploads"]
    policy = json.loads(b64decode(upload["fields"]["policy"]))
    assert ["content-length-range", 7, 7] in policy["conditions"]
    assert api.post("/uploads", {"files": [a_file(size=7.5)]}).status == 400


def test_an_admin_uploads_for_an_owner(api: Api) -> None:
    [upload] = api.post("/uploads", {"files": [a_file()], "owner": "bob"}, ADMIN).body["uploads"]
    assert upload["key"] == "bob/a.jpg"


def test_a_signature_is_of_version_four_and_of_the_bucket_s_region(api: Api) -> None:
    [upload] = api.post("/uploads", {"files": [a_file()]}).body["uploads"]
    assert upload["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert upload["url"] == "https://originals.s3.eu-west-1.amazonaws.com/"


def test_signatures_for_a_local_cloud_name_the_bucket_in_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_once: tuple[Any, ...] = (s3, resources.signer, resources.settings, resources.thumbnail_url)
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        for once in made_once:
            once.cache_clear()
        url = resources.sign()("a/b.jpg")
    for once in made_once:
        once.cache_clear()
    assert url.startswith("http://127.0.0.1:4566/thumbnails/a/b.jpg?X-Amz-Algorithm")


def test_a_large_file_comes_in_parts(api: Api) -> None:
    begun = api.post("/multipart-uploads", a_file("big.jpg", 200_000))
    assert begun.status == 201
    assert (begun.body["key"], begun.body["parts"]) == ("alice/big.jpg", 1)
    path = f"/multipart-uploads/{begun.body['id']}"
    upload_id = begun.body["upload_id"]

    urls = api.post(f"{path}/parts", {"upload_id": upload_id, "part_numbers": [1, 2]}).body["urls"]
    assert urls.keys() == {"1", "2"}
    assert "X-Amz-Expires=900" in urls["1"]

    etag = store(upload_id, b"x" * 200_000)
    parts = [{"part_number": 1, "etag": etag}]
    done = api.post(f"{path}/complete", {"upload_id": upload_id, "parts": parts})
    assert done.status == 200
    again = api.post(f"{path}/complete", {"upload_id": upload_id, "parts": parts})
    assert again.status == 404


def store(upload_id: str, body: bytes, number: int = 1) -> str:
    answer: Any = boto3.client("s3").upload_part(
        Bucket="originals", Key="alice/big.jpg", UploadId=upload_id, PartNumber=number, Body=body
    )
    return str(answer["ETag"])


def test_parts_that_are_too_large_in_all_are_given_up(api: Api) -> None:
    begun = api.post("/multipart-uploads", a_file("big.jpg", 9)).body
    etag = store(begun["upload_id"], b"x" * 200_001)
    body = {"upload_id": begun["upload_id"], "parts": [{"part_number": 1, "etag": etag}]}
    answer = api.post(f"/multipart-uploads/{begun['id']}/complete", body)
    assert answer.status == 413
    assert not api.world.s3.list_multipart_uploads(Bucket="originals").get("Uploads")


def test_parts_that_were_not_uploaded_make_no_object(api: Api) -> None:
    begun = api.post("/multipart-uploads", a_file("big.jpg", 9)).body
    store(begun["upload_id"], b"x")
    body = {"upload_id": begun["upload_id"], "parts": [{"part_number": 1, "etag": "abc"}]}
    assert api.post(f"/multipart-uploads/{begun['id']}/complete", body).status == 409


@pytest.mark.parametrize(
    "answer", [b"<Error><Code>NoSuchUpload</Code></Error>", b"<Key>\x10</Key>"]
)
def test_an_upload_that_is_missing_is_unknown_even_if_its_key_makes_the_error_unreadable(
    api: Api, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    response = AWSResponse("https://example.com", 404, HTTPHeaders(), BytesIO(answer))
    monkeypatch.setattr(response, "_content", answer)
    hooks: Any = s3().meta.events
    hooks.register("before-send.s3.ListParts", lambda **_: response)
    path = f"/multipart-uploads/{id_of('alice/' + chr(16))}"
    body = {"upload_id": "x", "parts": [{"part_number": 1, "etag": "a"}]}
    assert api.post(f"{path}/complete", body).status == 404


def test_an_upload_is_given_up_once(api: Api) -> None:
    begun = api.post("/multipart-uploads", a_file("big.jpg", 9)).body
    path = f"/multipart-uploads/{begun['id']}"
    assert api.delete(path).status == 400
    assert api.delete(path, upload_id=begun["upload_id"]).status == 204
    assert api.delete(path, upload_id=begun["upload_id"]).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"upload_id": "x"},
        {"upload_id": "", "part_numbers": [1]},
        {"upload_id": "x\n", "part_numbers": [1]},
        {"upload_id": "x", "part_numbers": []},
        {"upload_id": "x", "part_numbers": [0]},
        {"upload_id": "x", "part_numbers": [1001]},
        {"upload_id": "x", "part_numbers": ["1"]},
        {"upload_id": "x", "part_numbers": [1] * 101},
        {"upload_id": "x", "parts": [{"part_number": 1, "etag": "<x>"}]},
        {"upload_id": "x", "parts": [{"part_number": 1, "etag": "a"}] * 2},
        {"upload_id": "x", "parts": [7]},
    ],
)
def test_parts_that_are_not_as_documented_are_refused(api: Api, body: Any) -> None:
    path = f"/multipart-uploads/{id_of('alice/big.jpg')}"
    what = "complete" if "parts" in body else "parts"
    assert api.post(f"{path}/{what}", body).status == 400
