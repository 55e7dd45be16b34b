"""The ports in memory do what boto3 code sees elsewhere, as far as our code looks."""

from collections.abc import Callable

import pytest

from tests.convergence.memory_dynamodb import MemoryDynamoDB
from tests.convergence.port_contract import RULES
from tests.convergence.scratch import NAME, Ports


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_port_keeps_the_rule(ports: Ports, rule: Callable[[Ports], None]) -> None:
    rule(ports)


def test_a_write_that_changes_nothing_leaves_no_record_of_the_stream() -> None:
    table = MemoryDynamoDB().table("scratch")
    for number in (1, 1, 2):
        table.put_item(Item={**NAME, "n": number})
    table.delete_item(Key=NAME)
    table.delete_item(Key=NAME)

    changes = table.stored.changes
    images = [(c.old and int(c.old["n"]), c.new and int(c.new["n"])) for c in changes]
    assert images == [(None, 1), (1, 2), (2, None)]
    assert [change.sequence for change in changes] == [1, 2, 3]
