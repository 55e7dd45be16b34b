"""A port of its own for each home: chosen once, then kept, so that env.sh stays valid."""

import random
import socket
from pathlib import Path

from local.errors import PortOccupied

# Below the range from which systems take the ports of outgoing connections.
CHOICE = range(20_000, 30_000)


def remembered_port(home: Path, name: str = "port") -> int | None:
    file = home / name
    return int(file.read_text()) if file.exists() else None


def remember_port(home: Path, port: int, name: str = "port") -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / name).write_text(f"{port}\n")


def free_port() -> int:
    return next(port for port in random.sample(CHOICE, len(CHOICE)) if is_free(port))


def require_free(port: int) -> None:
    if not is_free(port):
        raise PortOccupied(
            f"Port {port} is occupied by another program. Stop that program, or take another "
            "port with `python -m local up --port N`, which is then kept for this home."
        )


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections that the last emulator closed a moment ago do not count as occupation.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
