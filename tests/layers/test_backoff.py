"""Losers wait longer and longer, each for a time of its own."""

import pytest

from darkroom import backoff


def test_the_first_attempt_does_not_wait_and_the_others_wait_ever_longer_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    monkeypatch.setattr("time.sleep", pauses.append)

    assert list(backoff.attempts(9)) == list(range(9))

    assert pauses == [0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 1.0, 1.0]
