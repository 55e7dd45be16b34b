"""The ports of a home: kept as long as they are free, and named rightly where they are not."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ports
from local.cloud import ROOT
from local.command_line import main
from local.gallery_process import PORT, GalleryProcess


@pytest.fixture
def occupied() -> Iterator[int]:
    """Return a port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_the_gallery_keeps_its_port(tmp_path: Path) -> None:
    first, second = (GalleryProcess(tmp_path, root=ROOT) for _ in range(2))

    first.settle_port()
    second.settle_port()

    assert second.address == first.address


def test_the_gallery_leaves_its_port_to_another_program_that_has_it(
    tmp_path: Path, occupied: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ports.remember_port(tmp_path, occupied, PORT)
    gallery = GalleryProcess(tmp_path, root=ROOT)

    gallery.settle_port()

    assert gallery.port != occupied
    assert ports.remembered_port(tmp_path, PORT) == gallery.port
    [line] = capsys.readouterr().err.splitlines()
    assert f"port {occupied}" in line
    assert gallery.address in line


@pytest.mark.parametrize("port", ["0", "-1", "80", "65536", "many"])
def test_a_number_that_is_not_a_port_is_wrong_usage(
    port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path), "up", "--port", port])

    assert ended.value.code == 2
    assert "1024 to 65535" in capsys.readouterr().err
