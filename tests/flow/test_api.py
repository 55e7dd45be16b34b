"""The deployed APIs, as people and programs use them: who sees what, and who is refused."""

import base64
import io
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from local.emulator.settings import Settings as Emulator
from tests.api_clients import Api, Web, any_user, log_in
from tests.flow.callers import page_of, user
from tests.flow.conftest import App, wait_until
from tests.tokens import any_key, bad_tokens, key_of


def any_photo() -> bytes:
    """Return a picture unlike all others, so that none is another's near duplicate by chance."""
    noise = Image.frombytes("RGB", (16, 16), uuid4().bytes * 48).resize((64, 48))
    out = io.BytesIO()
    noise.save(out, "JPEG")
    return out.getvalue()


def id_of(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def pictures(app: App) -> dict[str, str]:
    """Upload a picture of each owner; return the keys by owner."""
    keys = {owner: f"{owner}/{uuid4().hex}.jpg" for owner in ("alice", "bob")}
    versions = {key: app.put(key, any_photo()) for key in keys.values()}
    for key, version in versions.items():
        app.wait_for_version(key, version)
    return keys


def shown(api: Api, **query: Any) -> set[str]:
    answer = api.get("/images", **query)
    assert answer.status == 200, answer.body
    return {each["key"] for each in answer.json["images"]}


ROUTES = (
    ("GET", "/me"),
    ("GET", "/images"),
    ("GET", "/images/YQ"),
    ("GET", "/images/YQ/similar"),
    ("DELETE", "/images/YQ"),
    ("POST", "/images/YQ/restore"),
    ("GET", "/owners"),
    ("GET", "/owners/alice/usage"),
    ("GET", "/report"),
    ("POST", "/uploads"),
    ("POST", "/multipart-uploads"),
    ("POST", "/multipart-uploads/YQ/parts"),
    ("POST", "/multipart-uploads/YQ/complete"),
    ("DELETE", "/multipart-uploads/YQ"),
)


def test_health_and_the_document_are_anybodys(nobody: Api) -> None:
    assert nobody.get("/health").json == {"status": "ok"}
    assert nobody.get("/openapi.json").json["openapi"].startswith("3.1")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_other_route_answers_nobody(nobody: Api, method: str, path: str) -> None:
    assert nobody.send(method, path).status == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_for_programs_answers_what_is_not_signed(
    program: Api, alice: Api, method: str, path: str
) -> None:
    assert replace(program, credentials=None).send(method, path).status == 403
    assert replace(program, credentials=None, token=alice.token).send(method, path).status == 403


@pytest.mark.parametrize("what", bad_tokens("e30.e30.e30", any_key()))
def test_a_token_that_the_pool_did_not_make_is_refused(app: App, alice: Api, what: str) -> None:
    state = Emulator(app.cloud.home, 0).home / "state"
    tokens = bad_tokens(str(alice.token), key_of(state, app.outputs["UserPool"]))

    assert replace(alice, token=tokens[what]).get("/images").status == 401


def test_a_token_of_another_pool_is_refused(app: App, alice: Api) -> None:
    cognito = app.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="any", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    email = any_user(app.cloud, None, pool=pool)
    given = {"USERNAME": email, "PASSWORD": "Correct-horse-7-battery"}
    tokens = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
    )["AuthenticationResult"]

    for name in ("IdToken", "AccessToken"):
        assert replace(alice, token=tokens[name]).get("/images").status == 401


def test_everybody_is_told_who_they_are(alice: Api, admin: Api, program: Api) -> None:
    assert alice.get("/me").json == {"owner": "alice", "admin": False, "upload_prefix": "alice/"}
    assert admin.get("/me").json["admin"] is True
    assert program.get("/me").json["admin"] is True


def test_an_owner_sees_the_own_pictures_and_no_others(
    alice: Api, bob: Api, pictures: dict[str, str]
) -> None:
    assert pictures["alice"] in shown(alice)
    assert pictures["bob"] not in shown(alice)
    assert pictures["bob"] in shown(bob)
    assert alice.get(f"/images/{id_of(pictures['bob'])}").status == 404
    assert alice.get(f"/images/{id_of(pictures['bob'])}/similar").status == 404
    assert alice.send("DELETE", f"/images/{id_of(pictures['bob'])}").status == 404
    assert alice.get("/images", owner="bob").status == 403
    assert alice.get("/owners/bob/usage").status == 403
    assert alice.get("/report").status == 403


def test_administrators_and_programs_see_all(
    admin: Api, program: Api, pictures: dict[str, str]
) -> None:
    for everybody in (admin, program):
        for owner, key in pictures.items():
            assert key in shown(everybody, owner=owner)
            assert everybody.get(f"/owners/{owner}/usage").status == 200
        assert {"alice", "bob"} <= {o["owner"] for o in everybody.get("/owners").json["owners"]}
        assert everybody.get("/images").status == 400


def test_a_user_of_no_owner_sees_nothing(app: App, web: Web, nobody: Api) -> None:
    stray = user(app, web, nobody, None)

    assert stray.get("/images").status == 403


def test_a_user_cannot_become_another_owner(app: App, web: Web) -> None:
    email = any_user(app.cloud, "alice")
    client = app.outputs["UserPoolClient"]
    tokens = log_in(web, app.cloud.endpoint, client, page_of(app), email)

    with pytest.raises(ClientError, match="NotAuthorizedException"):
        app.client("cognito-idp").update_user_attributes(
            AccessToken=tokens["access_token"],
            UserAttributes=[{"Name": "custom:owner", "Value": "bob"}],
        )


def test_every_filter_is_answered_by_an_index(alice: Api, pictures: dict[str, str]) -> None:
    mine = pictures["alice"]
    assert mine in shown(alice, format="JPEG")
    assert mine in shown(alice, state="READY")
    assert mine in shown(alice, uploaded_from="2020-01-01", sort="uploaded")
    assert mine not in shown(alice, format="PNG")
    assert alice.get("/images", camera="none").status == 200
    assert alice.get("/images", sort="-taken").status == 200


def test_a_picture_is_told_and_downloaded(alice: Api, web: Web, pictures: dict[str, str]) -> None:
    told = alice.get(f"/images/{id_of(pictures['alice'])}")
    assert told.status == 200
    assert web.send("GET", told.json["original"]["url"]).status == 200
    tile = next(
        each for each in alice.get("/images").json["images"] if each["key"] == pictures["alice"]
    )
    assert web.send("GET", tile["thumbnail"]["url"]).status == 200
    assert alice.get(f"/images/{id_of(pictures['alice'])}/similar").status == 200


def posted(web: Web, upload: dict[str, Any], content: bytes, **changed: str) -> int:
    """Send a file as a browser's form does; return the status."""
    boundary, fields = uuid4().hex, {**upload["fields"], **changed}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="any"\r\n\r\n'
    )
    body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return web.send("POST", upload["url"], body, kind).status


def test_an_upload_lands_below_the_callers_own_prefix_only(app: App, alice: Api, web: Web) -> None:
    content = any_photo()
    file = {"name": f"{uuid4().hex}.jpg", "bytes": len(content), "content_type": "image/jpeg"}

    [upload] = alice.send("POST", "/uploads", {"files": [file]}).json["uploads"]

    assert upload["key"].startswith("alice/")
    assert posted(web, upload, content, key="bob/stolen.jpg") == 403
    assert posted(web, upload, b"x" * (len(content) + 1_000_000)) == 400
    assert posted(web, upload, content) in (200, 201, 204)
    wait_until(lambda: upload["key"] in shown(alice), lambda: str(shown(alice)))


@pytest.mark.parametrize("name", ["../bob/a.jpg", "/a.jpg", "", "a\x00.jpg"])
def test_a_name_that_leads_elsewhere_is_refused(alice: Api, name: str) -> None:
    file = {"name": name, "bytes": 1, "content_type": "image/jpeg"}

    answer = alice.send("POST", "/uploads", {"files": [file]})

    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_large_file_goes_in_parts(app: App, alice: Api, web: Web) -> None:
    content = any_photo()
    file = {"name": f"{uuid4().hex}.jpg", "bytes": len(content), "content_type": "image/jpeg"}
    begun = alice.send("POST", "/multipart-uploads", file).json
    place = f"/multipart-uploads/{begun['id']}"
    asked = {"upload_id": begun["upload_id"], "part_numbers": [1]}

    urls = alice.send("POST", f"{place}/parts", asked).json["urls"]
    etag = web.send("PUT", urls["1"], content).headers["ETag"]
    done = {"upload_id": begun["upload_id"], "parts": [{"part_number": 1, "etag": etag}]}

    assert alice.send("POST", f"{place}/complete", done).status in (200, 201, 202)
    wait_until(lambda: begun["key"] in shown(alice), lambda: str(shown(alice)))


def test_what_is_deleted_comes_back(app: App, alice: Api) -> None:
    key = f"alice/{uuid4().hex}.jpg"
    app.wait_for_version(key, app.put(key, any_photo()))

    assert alice.send("DELETE", f"/images/{id_of(key)}").status == 202
    app.wait_until_gone(key)
    assert key not in shown(alice)
    assert alice.send("POST", f"/images/{id_of(key)}/restore").status == 202
    wait_until(lambda: key in shown(alice), lambda: str(app.facet(key, "METADATA")))


def test_the_report_adds_up(admin: Api, pictures: dict[str, str]) -> None:
    answer = admin.get("/report", **{"from": "2020-01-01", "to": "2020-12-31"})
    assert answer.status == 200, answer.body
    assert answer.json["days"] == []


def test_the_functions_role_can_write_no_facet(app: App) -> None:
    query = app.client("lambda").get_function_configuration(
        FunctionName=app.outputs["QueryCatalogFunction"]
    )
    role = query["Role"].rpartition("/")[2]
    iam = app.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    text = json.dumps(
        [iam.get_role_policy(RoleName=role, PolicyName=n) for n in names], default=str
    )
    for verb in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "dynamodb:Scan"):
        assert verb not in text
    assert "dynamodb:Query" in text
