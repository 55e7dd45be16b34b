"""What the emulator is told, and how ministack is told the same."""

from dataclasses import dataclass
from pathlib import Path

SAVE_PATH = "/_darkroom/save"
SAVE_SECONDS = 30  # that a save may take


@dataclass(frozen=True)
class Settings:
    """`home` holds everything the emulator writes; lifetimes are in seconds."""

    home: Path
    port: int
    credentials_lifetime: int = 3600

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.home / "tls" / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.home / "tls" / "key.pem"

    @property
    def scratch(self) -> Path:
        """Unpacked code and layers: rebuilt at will, never part of the state."""
        return self.home / "scratch"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def snapshot(self) -> Path:
        """The saved state of everything but the objects' bodies."""
        return self.state / "snapshot.json"

    @property
    def objects(self) -> Path:
        return self.state / "s3"

    @property
    def stopped(self) -> Path:
        """The evidence that the emulator has saved its state and ended: not there while it runs."""
        return self.home / "stopped"

    def environment(self) -> dict[str, str]:
        """The variables that ministack reads, all of them at import."""
        return {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            # Its MQTT listener binds every interface as soon as `cryptography` is installed.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_SSL_CERT": str(self.certificate),
            "MINISTACK_SSL_KEY": str(self.key),
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(self.objects),
            "S3_PERSIST": "1",
            "STATE_DIR": str(self.state),
            "TMPDIR": str(self.scratch),
            "USE_SSL": "1",
        }
