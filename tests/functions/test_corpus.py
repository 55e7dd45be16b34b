"""What becomes of pictures that others made, good ones and bad ones."""

from pathlib import Path

from tests.corpus import TINY
from tests.functions.corpus_outcomes import TABLE, outcomes


def test_every_file_of_the_corpus_ends_as_the_table_says(corpus: Path) -> None:
    """The outcome of a file that the table does not name is free; it has but to end well."""
    known = dict(map(parted, TABLE.read_text().splitlines()))
    known |= {name: outcome for name, (_, outcome) in TINY.items()}
    found = dict(map(parted, outcomes(corpus)))
    assert found
    changed = {name: end for name, end in found.items() if known.get(name, end) != end}
    assert changed == {}, "write it anew: python -m tests.functions.corpus_outcomes"


def parted(line: str) -> tuple[str, str]:
    name, _, outcome = line.rpartition(": ")
    return name, outcome


def test_the_table_knows_only_sensible_reasons() -> None:
    lines = [line.partition(": ") for line in TABLE.read_text().splitlines()]
    for name, _, outcome in lines:
        if "bomb" in name and not outcome[0].isdigit():
            assert outcome.startswith(("TOO_MANY", "UNSUPPORTED_FORMAT ICO")), name
        if "truncated_" in name and not outcome[0].isdigit():
            assert outcome == "TRUNCATED", name
    shown = [outcome for _, _, outcome in lines if outcome[0].isdigit()]
    assert len(shown) > 0.8 * len(lines)
