"""Which requests go on to the cloud, as what, and what is changed on the way back."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.gallery.headers import LOGIN_POLICY, POLICY, UPLOADED_POLICY
from local.gallery.settings import Settings

# Of one connection, and so not passed on (RFC 9110, section 7.6.1).
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"}
HOP_BY_HOP |= {"transfer-encoding"}
LOGIN = re.compile(r"/(login|logout|oauth2/(authorize|token|userInfo|login))([?#].*)?")


@dataclass(frozen=True)
class Forward:
    """A path in the cloud, whether its answer may name the cloud, and the policy of the answer."""

    path: str
    names_the_cloud: bool = False
    policy: str = POLICY


def forward(path: str, settings: Settings) -> Forward | None:
    """Return where a request goes, `None`: nowhere. The path is taken as it was sent, unchanged.

    Only the API, objects of the app's buckets and the login: the cloud would take much more from
    whoever reaches it.
    """
    if path.startswith("/api/"):
        return Forward(f"/_aws/execute-api/{settings.api}{path[4:]}", names_the_cloud=True)
    bucket = re.match(r"/s3/([^/?]+)[/?]", path)
    if bucket and bucket[1] in settings.buckets:
        return Forward(path[3:], policy=UPLOADED_POLICY)
    if re.fullmatch(r"/s3/[^/?]+", path) and path[4:] in settings.buckets:
        return Forward(path[3:], policy=UPLOADED_POLICY)
    if LOGIN.fullmatch(path):
        return Forward(path, policy=LOGIN_POLICY)
    return None


def request_headers(headers: dict[str, str], settings: Settings) -> dict[str, str]:
    """Return what is sent on: all as it came, but for the host, which signatures are made for."""
    kept = {k: v for k, v in headers.items() if k.lower() not in {*HOP_BY_HOP, "host"}}
    return {**kept, "Host": settings.cloud}


def renamed(settings: Settings, origin: str) -> Callable[[bytes], bytes]:
    """Return what puts the page's own origin in place of the cloud's in an answer."""
    there, here = f"https://{settings.cloud}/".encode(), f"{origin}/s3/".encode()
    # JSON may escape its slashes.
    escaped = there.replace(b"/", b"\\/"), here.replace(b"/", b"\\/")
    return lambda body: body.replace(there, here).replace(*escaped)
