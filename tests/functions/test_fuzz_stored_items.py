"""Whatever lies in the tables, a sweep ends, names it, and has what is ours mended.

`python -m tests.fuzz` runs these for as long as one likes.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darkroom.items import is_key
from darkroom.reconciliation.recount import verify
from functions.publish_report.clock import Deadline
from functions.publish_report.recount import recount
from functions.publish_report.second_look import Tables
from tests.convergence.seams import SHARDS, Ports, installed
from tests.functions.yard import Yard
from tests.malformed import FACETS, WELL, Items, catalog_items, report_items

# No deadline: other tests may be using the same processors.
fuzzed = settings(
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "30")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Let the real handlers live on tables and buckets in memory."""
    with installed() as ports:
        yield ports


@fuzzed
@given(catalog=st.lists(catalog_items, max_size=3), report=st.lists(report_items, max_size=3))
def test_a_sweep_ends_and_the_next_ones_find_only_what_no_consumer_can_mend(
    ports: Ports, catalog: Items, report: Items
) -> None:
    yard = Yard(ports)
    yard.write(catalog, report)
    yard.deliver()

    found = yard.sweep()
    assert not [each for each in found if each.key == WELL]
    for _ in range(3):
        yard.deliver()
        found = yard.sweep()

    impossible = {pk for pk, sk, _ in catalog if sk in FACETS and not is_key(pk)}
    impossible |= {pk.removeprefix("LEDGER#") for pk, sk, _ in report if pk.startswith("LEDGER#")}
    left = {each.key for each in found}
    assert left <= {key for key in impossible if not is_key(key)}, (found, catalog, report)
    report_table: Any = ports.dynamodb.table("report")
    assert verify(report_table, SHARDS).wrong == []
    assert ports.catalog.items[WELL, "METADATA"]["state"] == "READY"


@fuzzed
@given(catalog=st.lists(catalog_items, max_size=3), report=st.lists(report_items, max_size=3))
def test_a_daily_report_is_recounted_whatever_lies_in_the_tables(
    ports: Ports, catalog: Items, report: Items
) -> None:
    yard = Yard(ports)
    yard.write(catalog, report)
    stored: Any = [ports.dynamodb.table(name) for name in ("catalog", "report")]
    tables = Tables(stored[0], stored[1], SHARDS)

    for counted in (0, 10**9):
        check = recount(tables, counted, 10**6, Deadline.after(1000))
        assert check.compared >= 0
    assert verify(tables.report, SHARDS).unverified == ()
