"""Contract of local/emulator/repairs/log_grants.py."""

import pytest

from tests.local.workbench import Workbench, eventually

SPEAK = "def handler(event, context):\n    print('spoken')\n"
NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")


def test_a_function_that_may_write_its_log_does(bench: Workbench) -> None:
    function = bench.function(SPEAK, Role=bench.role(*NEEDED))

    bench.invoke(function)

    eventually(lambda: "spoken" in "".join(bench.log_messages(f"/aws/lambda/{function}")))


@pytest.mark.parametrize("missing", NEEDED)
def test_a_function_that_may_not_is_silent(bench: Workbench, missing: str) -> None:
    function = bench.function(SPEAK, Role=bench.role(*(a for a in NEEDED if a != missing)))

    assert not bench.invoke(function).failed

    assert bench.log_messages(f"/aws/lambda/{function}") == []
