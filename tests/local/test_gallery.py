"""The local gallery: what it serves, what goes on to the cloud, and all that does not."""

import http.client
import json
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.cloud import REGION, Cloud
from local.gallery import people
from local.gallery.forwarding import forward, renamed
from local.gallery.headers import POLICY
from local.gallery.server import Gallery
from local.gallery.settings import Settings
from tests.api_clients import Web, log_in
from tests.local.doors import any_api, any_pool
from tests.local.workbench import Workbench, any_name, statement

HEAD = "<!doctype html><title>the page</title>"
SECRET = "not of the page"
SETTINGS = Settings("127.0.0.1:1", "none", "abcd1234", ("originals",), "issuer", "client", 7)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("gallery")
    (home / "dist" / "assets").mkdir(parents=True)
    (home / "dist" / "index.html").write_text(HEAD)
    (home / "dist" / "assets" / "app.js").write_text("run()")
    (home / "secret.txt").write_text(SECRET)
    (home / "dist" / "link.txt").symlink_to(home / "secret.txt")
    SETTINGS.write(home)
    return home


@pytest.fixture(scope="module")
def gallery(home: Path) -> Iterator[Gallery]:
    with Gallery(home, home / "dist", 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def before_a_cloud(gallery: Gallery, bench: Workbench) -> Iterator[Settings]:
    """Let the gallery forward to the tests' cloud: an API with tokens, and a bucket."""
    pool = any_pool(bench, CallbackURLs=[f"http://{gallery.hosts[0]}/"], **CODE)
    settings = Settings(
        cloud=bench.cloud.endpoint.removeprefix("https://"),
        certificate=str(bench.cloud.settings.certificate),
        api=any_api(bench, pool).base.rpartition("/")[2],
        buckets=(bench.bucket(),),
        issuer=pool.issuer,
        client=pool.client,
        max_bytes=7,
    )
    settings.write(gallery.home)
    yield settings
    SETTINGS.write(gallery.home)


CODE = {
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "profile"],
}


def ask(
    gallery: Gallery, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Send exactly this path: clients of a higher kind would tidy it first."""
    connection = http.client.HTTPConnection("127.0.0.1", gallery.server_port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Host": gallery.hosts[0], **named})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def test_the_page_and_its_files_are_served_with_their_policy(gallery: Gallery) -> None:
    for path, text in (("/", HEAD), ("/any/view?of=it", HEAD), ("/assets/app.js", "run()")):
        answer, content = ask(gallery, path)
        assert (answer.status, content.decode()) == (200, text)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_lets_nothing_foreign_in() -> None:
    directives = dict(each.split(" ", 1) for each in POLICY.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


def test_the_page_is_told_that_everything_is_its_own_origin(gallery: Gallery) -> None:
    answer, content = ask(gallery, "/config.json")
    told: dict[str, Any] = json.loads(content)
    assert answer.headers["Content-Type"] == "application/json"
    assert told["api"] == "/api"
    assert told["token_url"] == f"http://{gallery.hosts[0]}/oauth2/token"
    assert (told["client_id"], told["max_bytes"], told["stage"]) == ("client", 7, "local")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//etc/passwd",
        "/link.txt",
        "/secret.txt%00.js",
        "/missing.js",
    ],
)
def test_nothing_beyond_its_folder_is_served(gallery: Gallery, path: str) -> None:
    answer, content = ask(gallery, path)
    assert SECRET not in content.decode()
    # An address without an ending is one within the page.
    assert answer.status == 404 or content.decode() == HEAD


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost"])
def test_a_page_of_another_name_is_refused(gallery: Gallery, host: str) -> None:
    answer, _ = ask(gallery, "/config.json", Host=host)
    assert answer.status == 421


def test_it_listens_on_loopback_only(gallery: Gallery) -> None:
    assert gallery.server_address[0] == "127.0.0.1"
    # Had it every interface, no other could have its port.
    with socket.socket() as other:
        other.bind(("127.0.0.2", gallery.server_port))


@pytest.mark.parametrize(
    "path",
    [
        "/s3/another-bucket/key",
        "/s3/originals%2f..%2f_ministack/reset",
        "/s3/_ministack/reset",
        "/s3/",
        "/_ministack/reset",
        "/_aws/execute-api/other/x",
        "/api",
        "/loginx",
        "/oauth2/token/../../_ministack/reset",
    ],
)
def test_nothing_else_of_the_cloud_is_reached(gallery: Gallery, path: str) -> None:
    assert forward(path, SETTINGS) is None
    assert ask(gallery, path, "POST")[0].status in (404, 405)


def test_a_path_goes_on_as_it_came() -> None:
    found = forward("/s3/originals/alice/a%2Fb%20c+d?X-Amz-Signature=1", SETTINGS)
    assert found is not None
    assert found.path == "/originals/alice/a%2Fb%20c+d?X-Amz-Signature=1"
    api = forward("/api/images?cursor=a%2Bb", SETTINGS)
    assert api is not None
    assert api.path == "/_aws/execute-api/abcd1234/images?cursor=a%2Bb"


def test_addresses_of_the_cloud_become_the_pages_own() -> None:
    change = renamed(SETTINGS, "http://127.0.0.1:9")
    there = b'{"url": "https://127.0.0.1:1/originals/a?x=1", "o": "https:\\/\\/127.0.0.1:1\\/b"}'
    assert change(there) == (
        b'{"url": "http://127.0.0.1:9/s3/originals/a?x=1", "o": "http:\\/\\/127.0.0.1:9\\/s3\\/b"}'
    )


def signing(bench: Workbench) -> Any:
    """Return a client whose signatures are looked at, as the root user's are not here."""
    name = any_name("user")
    bench.iam.create_user(UserName=name)
    may = statement(["s3:GetObject", "s3:PutObject"], Resource="*")
    bench.iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=may)
    key = bench.iam.create_access_key(UserName=name)["AccessKey"]
    given = {"config": Config(proxies={}, signature_version="s3v4")}
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION).client(
        "s3", **{**bench.cloud.connection(), **given}
    )


def test_signed_uploads_and_downloads_stay_valid(
    gallery: Gallery, bench: Workbench, before_a_cloud: Settings
) -> None:
    [bucket], key, content = before_a_cloud.buckets, "alice/ä +b%.jpg", b"any picture" * 9000
    place = {"Bucket": bucket, "Key": key}
    there, s3 = f"{bench.cloud.endpoint}/", signing(bench)
    put, get = (
        s3.generate_presigned_url(name, Params=place).replace(there, "/s3/")
        for name in ("put_object", "get_object")
    )

    stored, _ = ask(gallery, put, "PUT", content)
    fetched, received = ask(gallery, get)
    forged, _ = ask(gallery, get.replace("Signature=", "Signature=0"))

    assert stored.status == 200
    assert stored.headers["ETag"]
    assert (fetched.status, received) == (200, content)
    assert fetched.headers["Content-Security-Policy"].startswith("sandbox;")
    assert forged.status == 403


def test_the_api_is_called_with_the_token_of_the_page(
    gallery: Gallery, bench: Workbench, before_a_cloud: Settings
) -> None:
    login, base = people.Login("a@example.com", people.any_password(), "alice"), gallery.hosts[0]
    pool = before_a_cloud.issuer.rpartition("/")[2]
    people.admit(bench.cloud.client("cognito-idp"), pool, login)
    web = Web(before_a_cloud.certificate)
    page = f"http://{base}"
    tokens = log_in(web, page, before_a_cloud.client, f"{page}/", login.email, login.password)

    answer, content = ask(gallery, "/api/me", Authorization=f"Bearer {tokens['id_token']}")

    assert answer.status == 200
    claims = json.loads(content)["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["custom:owner"] == "alice"
    assert ask(gallery, "/api/me")[0].status == 401


def test_a_cloud_that_does_not_answer_is_said(gallery: Gallery) -> None:
    answer, content = ask(gallery, "/api/me")
    assert answer.status == 502
    assert b"does not answer" in content


def test_a_page_that_is_not_built_says_how(home: Path, tmp_path: Path) -> None:
    with Gallery(home, tmp_path / "none", 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        answer, content = ask(server, "/")
        server.shutdown()
    assert answer.status == 503
    assert b"make gallery" in content


def test_logins_are_made_once_and_are_the_owners_to_read(tmp_path: Path) -> None:
    first = people.logins(tmp_path)
    assert people.logins(tmp_path) == first
    assert [each.owner for each in first] == ["alice", None]
    assert len({each.password for each in first}) == 2
    assert (tmp_path / "people.json").stat().st_mode & 0o077 == 0
    for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"):
        assert all(re.search(kind, each.password) for each in first)


def test_it_is_started_once_and_stopped_with_the_cloud(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "home")
    cloud.home.mkdir()
    replace(SETTINGS, client="any").write(cloud.home)
    try:
        cloud.gallery.start()
        pid = cloud.gallery.pid()
        assert pid is not None
        assert Cloud(cloud.home).gallery.is_running()
    finally:
        cloud.stop()
    assert not cloud.gallery.is_running()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
