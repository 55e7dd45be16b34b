"""The local cloud's certificate is valid at each start, whatever the date was when it was made."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from local import tls
from local.cloud import Cloud
from local.errors import CloudError
from tests.local.clouds import running

DAY = timedelta(days=1)
PERIODS = {
    "expired": (-3650 * DAY, -DAY),
    "about to expire": (-3650 * DAY, DAY),
    "made while the clock was ahead": (DAY, 3650 * DAY),
}


def write_certificate(pair: tuple[Path, Path], begin: timedelta, end: timedelta) -> None:
    """Write a certificate like the cloud's, valid from *begin* to *end* from now, and its key."""
    certificate, key = pair
    private, now = rsa.generate_private_key(public_exponent=65537, key_size=2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "darkroom-local")])
    built = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now + begin)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(pem, pkcs8, serialization.NoEncryption()))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "certificate.pem", tmp_path / "key.pem"


def test_a_valid_certificate_is_kept(pair: tuple[Path, Path]) -> None:
    tls.ensure_certificate(*pair)
    before = [file.read_bytes() for file in pair]
    tls.ensure_certificate(*pair)
    assert [file.read_bytes() for file in pair] == before


@pytest.mark.parametrize("period", PERIODS)
def test_a_certificate_of_another_time_is_replaced(pair: tuple[Path, Path], period: str) -> None:
    write_certificate(pair, *PERIODS[period])
    before = pair[0].read_bytes()
    tls.ensure_certificate(*pair)
    assert pair[0].read_bytes() != before
    assert tls.is_valid(pair[0], after=tls.MONTH_SECONDS)


def test_a_certificate_that_was_not_written_whole_is_replaced(pair: tuple[Path, Path]) -> None:
    for file in pair:
        file.touch()
    tls.ensure_certificate(*pair)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*pair)


def test_a_cloud_whose_certificate_has_expired_starts(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    write_certificate((cloud.settings.certificate, cloud.settings.key), *PERIODS["expired"])
    with running(cloud):
        assert cloud.client("sts").get_caller_identity()["Account"]


def test_a_running_cloud_whose_certificate_has_expired_is_to_be_restarted(
    emulator: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "is_valid", lambda *_: False)
    with pytest.raises(CloudError, match=r"certificate is not valid(.|\n)*down`, then"):
        Cloud(emulator.home).start()
