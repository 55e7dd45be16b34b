"""Clients of the deployed APIs: people who log in as the page does, and programs with a role."""

import base64
import hashlib
import json
import re
import secrets
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPResponse
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.cloud import REGION, Cloud

PASSWORD = "Correct-horse-7-battery"


@dataclass(frozen=True)
class Answer:
    """An answer of whatever status: refusals are answers, too."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Web:
    """A client that trusts one certificate and follows no redirect."""

    certificate: str

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        context = ssl.create_default_context(cafile=self.certificate)
        opener = urllib.request.build_opener(
            NoRedirect,
            urllib.request.HTTPSHandler(context=context),
            urllib.request.ProxyHandler({}),
        )
        request = urllib.request.Request(url, body, headers or {}, method=method)  # noqa: S310
        try:
            answer: HTTPResponse = opener.open(request, timeout=60)
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())
        with answer:
            return Answer(answer.status, answer.headers, answer.read())


@dataclass(frozen=True)
class Api:
    """One of the two APIs, as a holder of a token, as a program, or as nobody."""

    web: Web
    base: str
    token: str | None = None
    credentials: Credentials | None = None
    region: str = REGION
    extra: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        url = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        headers |= self.extra
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.credentials:
            request = AWSRequest(method, url, data=content, headers=headers)
            SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
            headers = dict(request.headers.items())
        return self.web.send(method, url, content, headers)

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, **query)


def base_of(cloud: Cloud, endpoint: str) -> str:
    """Return where an API answers on this machine: its own name resolves on AWS only."""
    return f"{cloud.endpoint}/_aws/execute-api/{urlsplit(endpoint).netloc.split('.')[0]}"


def any_user(cloud: Cloud, owner: str | None, *groups: str, pool: str | None = None) -> str:
    """Make a user of an owner, by default in the app's pool; return the address."""
    cognito, pool = cloud.client("cognito-idp"), pool or cloud.outputs()["UserPool"]
    email = f"{secrets.token_hex(6)}@example.com"
    given = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    if owner is not None:
        given.append({"Name": "custom:owner", "Value": owner})
    who = {"UserPoolId": pool, "Username": email}
    cognito.admin_create_user(**who, UserAttributes=given, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**who, Password=PASSWORD, Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(**who, GroupName=group)
    return email


def log_in(
    web: Web, base: str, client: str, page: str, email: str, password: str = PASSWORD
) -> dict[str, str]:
    """Log in as the page does, by code and PKCE; return the tokens."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "client_id": client,
        "redirect_uri": page,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "any",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    shown = web.send("GET", f"{base}/oauth2/authorize?{urlencode(asked, quote_via=quote)}")
    assert shown.status == 200, shown.body
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.body.decode()))
    form = urlencode({**hidden, "username": email, "password": password}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    sent_back = web.send("POST", f"{base}/login", form, kind)
    assert sent_back.status == 302, sent_back.body
    [code] = parse_qs(urlsplit(sent_back.headers["Location"]).query)["code"]
    grant = {
        "grant_type": "authorization_code",
        "client_id": client,
        "code": code,
        "redirect_uri": page,
        "code_verifier": verifier,
    }
    answer = web.send("POST", f"{base}/oauth2/token", urlencode(grant).encode(), kind)
    assert answer.status == 200, answer.body
    tokens: dict[str, str] = answer.json
    return tokens
