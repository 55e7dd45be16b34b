"""The proof in the large, in its short form, on a cloud of its own."""

import json

import pytest

from local.command_line import main


def test_whatever_goes_wrong_all_agrees_in_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["chaos", "--json"])

    printed = capsys.readouterr()
    outcome = json.loads(printed.out)
    wrong = {name: errors for name, errors in outcome["errors"].items() if errors}
    told = f"seed {outcome['seed']}, kept in {outcome.get('home')}\n{printed.err}"
    assert wrong == {}, told
    assert outcome["done"]["put"] > 50
    assert code == 0
