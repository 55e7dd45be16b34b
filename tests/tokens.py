"""Tokens that a pool did not make, or did not make like that."""

import base64
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Key = rsa.RSAPrivateKey


def encoded(part: object) -> str:
    text = json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a token's header and claims."""
    header, claims, _ = token.split(".")
    return unpacked(header), unpacked(claims)


def unpacked(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def signed(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    text = f"{encoded(header)}.{encoded(claims)}"
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def key_of(state: Path, pool: str) -> Key:
    """Return the key that the emulator signs a pool's ID tokens with."""
    pem = (state / "cognito-pool-keys" / f"{pool}-id.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def any_key() -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def bad_tokens(good: str, key: Key) -> dict[str, str]:
    """Return tokens like a good one that nobody may take, by what is wrong with them."""
    header, claims = decoded(good)
    past = int(time.time()) - 1
    other = {**claims, "custom:owner": "bob"}
    return {
        "expired": signed(header, {**claims, "exp": past}, key),
        "not valid yet": signed(header, {**claims, "nbf": past + 3600}, key),
        "of another client": signed(header, {**claims, "aud": "another"}, key),
        "of another issuer": signed(header, {**claims, "iss": "https://example.com"}, key),
        "signed by another key": signed(header, claims, any_key()),
        "unsigned": f"{encoded(header)}.{encoded(other)}.",
        "alg none": f"{encoded({**header, 'alg': 'none'})}.{encoded(other)}.",
        "alg none, kid left out": f"{encoded({'alg': 'none'})}.{encoded(other)}.",
        "claims changed": f"{encoded(header)}.{encoded(other)}.{good.split('.')[2]}",
        "no token at all": "nonsense",
    }
