"""The self-signed certificate with which the local cloud speaks TLS, as AWS does."""

import os
import subprocess
from pathlib import Path

from local.errors import EmulatorFailed
from local.tools import require_program

NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


def ensure_certificate(certificate: Path, key: Path) -> None:
    """Make the pair once; a new one would break every shell that has sourced env.sh."""
    if certificate.exists() and key.exists():
        return
    require_program("openssl")
    certificate.parent.mkdir(parents=True, exist_ok=True)
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    subject = ["-subj", "/CN=darkroom-local", "-addext", NAMES]
    # A leaf that is also an authority is refused by stricter clients (rustls).
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    os.close(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600))
    done = subprocess.run(
        [*request, *subject, *leaf, *files], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EmulatorFailed(f"openssl could not make a certificate:\n{done.stderr.strip()}")
