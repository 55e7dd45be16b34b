"""The self-signed certificate with which the local cloud speaks TLS, as AWS does."""

import os
import subprocess
import time
from pathlib import Path

from local.errors import EmulatorFailed
from local.tools import require_program

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"
MONTH_SECONDS = 30 * 86_400


def ensure_certificate(certificate: Path, key: Path) -> None:
    """Make the pair unless there is one that stays valid for another month.

    The new certificate takes the old one's path, so a shell that sourced env.sh finds it.
    """
    require_program("openssl")
    if key.exists() and is_valid(certificate) and is_valid(certificate, after=MONTH_SECONDS):
        return
    certificate.parent.mkdir(parents=True, exist_ok=True)
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    subject = ["-subj", "/CN=darkroom-local", "-addext", NAMES]
    # A leaf that is also an authority is refused by stricter clients (rustls).
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    os.close(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600))
    done = openssl(*request, *subject, *leaf, *files)
    if done.returncode:
        raise EmulatorFailed(f"openssl could not make a certificate:\n{done.stderr.strip()}")


def is_valid(certificate: Path, after: int = 0) -> bool:
    """Return whether a file holds a certificate that is valid in *after* seconds.

    It is not if it is damaged, has expired, or was made while the clock was ahead.
    """
    moment = str(int(time.time()) + after)
    checked = openssl("verify", "-attime", moment, "-CAfile", str(certificate), str(certificate))
    return checked.returncode == 0


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
