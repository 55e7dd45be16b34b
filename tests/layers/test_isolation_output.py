"""A child's output is bounded, and never blocks it."""

import os
import signal

import pytest

from darkroom.isolation import Isolated
from tests.layers.misbehaviour import chatter, mutter_and_die, refusal

MOST = 5000  # bytes of a call's output, with the line that counts the rest
LINE = "Metadata Warning, tag 3 had too many entries: 9, expected 1"


def test_output_reaches_the_log(isolated: Isolated, capfd: pytest.CaptureFixture[str]) -> None:
    isolated.call(chatter, LINE, 3)

    assert capfd.readouterr().err.splitlines() == [LINE] * 6


def test_a_call_that_writes_megabytes_ends_and_logs_kilobytes(
    isolated: Isolated, capfd: pytest.CaptureFixture[str]
) -> None:
    written = isolated.call(chatter, LINE, 20_000)  # a pipe holds 65,536 bytes

    output = capfd.readouterr()
    assert output.out == ""
    assert output.err.startswith(LINE)
    assert len(output.err) < MOST
    left_out = written - len(output.err.rpartition("\n…")[0])
    assert output.err.endswith(f"\n… and {left_out} bytes more of the child's output\n")


def test_each_call_logs_its_own_output(
    isolated: Isolated, capfd: pytest.CaptureFixture[str]
) -> None:
    isolated.call(chatter, LINE, 20_000)
    capfd.readouterr()

    isolated.call(chatter, "another", 1)

    assert capfd.readouterr().err == "another\n" * 2


def test_the_last_words_of_a_child_that_dies_are_logged(
    isolated: Isolated, capfd: pytest.CaptureFixture[str]
) -> None:
    assert refusal(isolated, mutter_and_die).detail == "SIGABRT"

    assert "malloc(): corrupted top size\n" in capfd.readouterr().err


def test_a_child_without_output_logs_nothing(
    isolated: Isolated, capfd: pytest.CaptureFixture[str]
) -> None:
    isolated.call(os.getpid)
    refusal(isolated, signal.raise_signal, signal.SIGKILL)

    assert capfd.readouterr() == ("", "")
