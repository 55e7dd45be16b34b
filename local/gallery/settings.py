"""What the gallery's server is told: a file in the home, written anew by each deployment."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

FILE = "gallery.json"


@dataclass(frozen=True)
class Settings:
    """`cloud` is the host and port that signatures are made for; `api` is the API's id."""

    cloud: str
    certificate: str
    api: str
    buckets: tuple[str, ...]
    issuer: str
    client: str
    max_bytes: int

    def write(self, home: Path) -> None:
        partial = home / f"{FILE}.partial"
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n")
        partial.replace(home / FILE)

    @classmethod
    def read(cls, home: Path) -> Self:
        found = json.loads((home / FILE).read_text())
        return cls(**{**found, "buckets": tuple(found["buckets"])})

    def configuration(self, origin: str) -> dict[str, object]:
        """Return what the page reads first; everything that it talks to is its own origin."""
        return {
            "api": "/api",
            "issuer": self.issuer,
            "authorize_url": f"{origin}/oauth2/authorize",
            "token_url": f"{origin}/oauth2/token",
            "logout_url": f"{origin}/logout",
            "client_id": self.client,
            "scope": "openid email profile",
            "max_bytes": self.max_bytes,
            "multipart_from_bytes": 16 * 1024 * 1024,
            "stage": "local",
        }
