"""A small upload storm on the tests' own cloud; `python -m local storm` makes a large one."""

import pytest

from local import storm
from tests.flow.conftest import App


def test_a_storm_of_uploads_loses_nothing(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    app.wait_until_quiet()

    code = storm.run(app.cloud, 60)

    printed = capsys.readouterr().out
    assert "60 pictures" in printed
    assert "None lost" in printed
    assert code == 0
