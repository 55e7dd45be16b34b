"""The fake cloud's login, as OpenID Connect has it with PKCE."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.gallery.fake_exchange import Exchange, Refused

PAGE = """<!doctype html><html lang="en"><title>Sign in</title><form method="post">
<label>Name <input name="username"></label><label>Password <input name="password" type="password">
</label><button type="submit">Sign in</button></form></html>"""


class Login(Exchange):
    def login(self, path: str) -> None:
        if path == "/oauth2/token":
            self._token(dict(parse_qsl(self.body.decode())))
        elif path == "/logout":
            self.redirect(self.query["logout_uri"])
        elif self.command == "POST":
            self._code(dict(parse_qsl(self.body.decode()))["username"])
        else:
            self.send(PAGE.encode(), "text/html")

    def owner(self) -> str | None:
        """Return whose token the request bears; None is an administrator's."""
        token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
        if token not in self.server.tokens:
            raise Refused(401, "the token is not valid")
        return self.server.users[self.server.tokens[token]]

    def _code(self, user: str) -> None:
        answer = {"state": self.query["state"], "error": "access_denied"}
        if user in self.server.users:
            code = secrets.token_urlsafe(8)
            self.server.codes[code] = (user, self.query["code_challenge"])
            answer = {"state": self.query["state"], "code": code}
        self.redirect(f"{self.query['redirect_uri']}?{urlencode(answer)}")

    def _token(self, form: dict[str, str]) -> None:
        user = self._refreshed(form) if "refresh_token" in form else self._let_in(form)
        if user is None:
            self.json({"error": "invalid_grant"}, 400)
            return
        claims = {
            "iss": "https://issuer.example", "aud": "page", "sub": user,
            "email": f"{user}@example.com",
            "iat": int(time.time()), "exp": int(time.time()) + 3600, "jti": secrets.token_hex(4),
        }  # fmt: skip
        token = ".".join(_part(part) for part in ({"alg": "RS256"}, claims, "signature"))
        refresh = secrets.token_urlsafe(8)
        self.server.tokens[token], self.server.refreshes[refresh] = user, user
        given = {"id_token": token, "access_token": "unused", "refresh_token": refresh}
        self.json({**given, "token_type": "Bearer", "expires_in": 3600})

    def _refreshed(self, form: dict[str, str]) -> str | None:
        return self.server.refreshes.get(form["refresh_token"])

    def _let_in(self, form: dict[str, str]) -> str | None:
        user, challenge = self.server.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        return user if _url_safe(digest) == challenge else None


def _part(value: Any) -> str:
    return _url_safe(json.dumps(value).encode())


def _url_safe(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
