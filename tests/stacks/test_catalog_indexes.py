"""The catalog's indexes are those that the functions write and ask."""

from typing import Any

import pytest

from darkroom import catalog_indexes
from stacks.catalog_indexes import INDEXES, MOST_PROJECTED
from stacks.config import production
from tests.stacks.synthesis import Deployment, synthesize


def table(stage: Deployment) -> dict[str, Any]:
    [catalog] = [t for t in stage.all("AWS::DynamoDB::GlobalTable") if "Catalog" in t.id]
    return catalog.properties


def indexes(stage: Deployment) -> dict[str, dict[str, Any]]:
    return {each["IndexName"]: each for each in table(stage).get("GlobalSecondaryIndexes", [])}


def test_both_lists_are_equal() -> None:
    theirs = {
        (each.name, each.partition, each.sort, frozenset(catalog_indexes.projected(each)))
        for each in catalog_indexes.INDEXES
    }
    ours = {(i.name, i.hash_key, i.range_key, frozenset(i.attributes)) for i in INDEXES}
    assert ours == theirs


def test_every_index_is_deployed_with_its_keys_and_attributes(stage: Deployment) -> None:
    found = indexes(stage)
    assert list(found) == [each.name for each in INDEXES]
    for index in INDEXES:
        keys = {key["KeyType"]: key["AttributeName"] for key in found[index.name]["KeySchema"]}
        assert keys == {"HASH": index.hash_key, "RANGE": index.range_key}
        projection = found[index.name]["Projection"]
        assert projection["ProjectionType"] == "INCLUDE"
        assert set(projection["NonKeyAttributes"]) == set(index.attributes)


def test_no_index_names_a_key_of_its_own_among_its_attributes() -> None:
    for index in INDEXES:
        assert not {index.hash_key, index.range_key, "pk", "sk"} & set(index.attributes)


def test_dynamodb_takes_that_many_attributes() -> None:
    assert sum(len(index.attributes) for index in INDEXES) <= MOST_PROJECTED


def test_indexes_cost_nothing_while_nobody_asks(stage: Deployment) -> None:
    assert table(stage)["BillingMode"] == "PAY_PER_REQUEST"
    for index in indexes(stage).values():
        assert "WriteProvisionedThroughputSettings" not in index


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", [0, 3])
def test_a_table_that_exists_takes_one_index_a_deployment(number: int) -> None:
    few = synthesize(production(), catalog_indexes=number)
    assert list(indexes(few)) == [each.name for each in INDEXES[:number]]
