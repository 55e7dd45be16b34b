"""What our boto3 code sees of DynamoDB.

Each function whose name begins with ``a_``, ``an_`` or ``the_`` is one rule.
"""

from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from tests.convergence.scratch import NAME, Ports, code_of


def a_condition_is_checked_before_the_write(ports: Ports) -> None:
    absent, same = Attr("rev").not_exists(), Attr("rev").eq(1)
    ports.table.put_item(Item={**NAME, "rev": 1}, ConditionExpression=absent)
    lost = code_of(ports.table.put_item, Item={**NAME, "rev": 9}, ConditionExpression=absent)
    assert lost == "ConditionalCheckFailedException"
    assert ports.item()["rev"] == 1
    ports.table.put_item(Item={**NAME, "rev": 2}, ConditionExpression=same)
    assert code_of(ports.table.delete_item, Key=NAME, ConditionExpression=same) == lost
    assert ports.item() == {**NAME, "rev": 2}


def a_condition_may_be_a_text(ports: Ports) -> None:
    names, values = {"#position": "position"}, {":seen": "5", ":low": 1, ":high": 3}
    ports.table.put_item(Item={**NAME, "position": "5", "n": 2, "m": {"n": "x"}})
    true = [
        "#position = :seen",
        "attribute_exists(pk) AND NOT attribute_exists(rev)",
        "attribute_not_exists(pk) OR (n >= :low AND n < :high)",
        "n BETWEEN :low AND :high",
        "begins_with(#position, :seen)",
        "attribute_exists(m.n)",
        "rev <> :low",
    ]
    for text in true:
        used = {name: value for name, value in values.items() if name in text}
        named = {"ExpressionAttributeNames": names} if "#" in text else {}
        valued = {"ExpressionAttributeValues": used} if used else {}
        request = {**named, **valued, "Key": NAME, "UpdateExpression": "REMOVE nothing"}
        ports.table.update_item(ConditionExpression=text, **request)
        refused = code_of(ports.table.update_item, ConditionExpression=f"NOT ({text})", **request)
        assert refused == "ConditionalCheckFailedException", text


def a_number_comes_back_as_a_decimal_that_equals_it(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "deep": {"list": [1, {"n": 2}]}, "yes": True})
    found = ports.item()
    assert found["deep"]["list"] == [1, {"n": 2}]
    assert type(found["deep"]["list"][0]).__name__ == "Decimal"
    assert found["yes"] is True


def a_projection_shows_no_more(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "rev": 1, "more": 2})
    found = ports.table.get_item(Key=NAME, ProjectionExpression="rev")
    assert found["Item"] == {"rev": 1}
    assert "Item" not in ports.table.get_item(Key={"pk": "none", "sk": "F"})


def an_addition_starts_from_nothing(ports: Ports) -> None:
    request = {
        "UpdateExpression": "ADD #0 :0, #1 :1",
        "ExpressionAttributeNames": {"#0": "objects READY PNG", "#1": "bytes"},
        "ExpressionAttributeValues": {":0": 1, ":1": -5},
    }
    for _ in range(2):
        ports.table.update_item(Key=NAME, **request)
    assert ports.item() == {**NAME, "objects READY PNG": 2, "bytes": -10}


def an_update_sets_and_removes_by_what_was_there(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "a": 1, "b": 2})
    answer = ports.table.update_item(
        Key=NAME,
        UpdateExpression="SET a = b, c = if_not_exists(c, :zero) + :one REMOVE b",
        ExpressionAttributeValues={":zero": 0, ":one": 1},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == ports.item() == {**NAME, "a": 2, "c": 1}


def a_transaction_happens_as_a_whole(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "position": "1"})
    ports.table.put_item(Item={"pk": "gone", "sk": "F"})
    ports.table.meta.client.transact_write_items(TransactItems=_transaction(ports, seen="1"))
    assert ports.item() == {**NAME, "position": "2"}
    assert ports.item(pk="total", sk="F")["bytes"] == 7
    assert ports.item(pk="gone", sk="F") is None


def a_transaction_that_fails_says_which_part_and_changes_nothing(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "position": "9"})
    with pytest.raises(ClientError) as refused:
        ports.table.meta.client.transact_write_items(TransactItems=_transaction(ports, seen="1"))
    answer: Any = refused.value.response
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    codes = [reason.get("Code", "None") for reason in answer["CancellationReasons"]]
    assert codes == ["ConditionalCheckFailed", "None", "None", "None"]
    assert ports.item() == {**NAME, "position": "9"}
    assert ports.item(pk="total", sk="F") is None


def _transaction(ports: Ports, seen: str) -> list[Any]:
    table = {"TableName": ports.table.name}
    return [
        {
            "Put": {
                **table,
                "Item": {**NAME, "position": "2"},
                "ConditionExpression": "#p = :seen",
                "ExpressionAttributeNames": {"#p": "position"},
                "ExpressionAttributeValues": {":seen": seen},
            }
        },
        {
            "Update": {
                **table,
                "Key": {"pk": "total", "sk": "F"},
                "UpdateExpression": "ADD #0 :0",
                "ExpressionAttributeNames": {"#0": "bytes"},
                "ExpressionAttributeValues": {":0": 7},
            }
        },
        {
            "ConditionCheck": {
                **table,
                "Key": {"pk": "none", "sk": "F"},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        },
        {"Delete": {**table, "Key": {"pk": "gone", "sk": "F"}}},
    ]


def a_query_is_in_order_and_by_page(ports: Ports) -> None:
    for sk in "cab":
        ports.table.put_item(Item={"pk": "a", "sk": sk, "odd": sk in "ac"})
    ports.table.put_item(Item={"pk": "b", "sk": "a"})
    wanted = Key("pk").eq("a")
    first = ports.table.query(KeyConditionExpression=wanted, Limit=2, ConsistentRead=True)
    rest = ports.table.query(
        KeyConditionExpression=wanted, ExclusiveStartKey=first["LastEvaluatedKey"]
    )
    assert [item["sk"] for item in (*first["Items"], *rest["Items"])] == ["a", "b", "c"]
    assert "LastEvaluatedKey" not in rest
    last = ports.table.query(KeyConditionExpression=wanted, ScanIndexForward=False, Limit=1)
    assert [item["sk"] for item in last["Items"]] == ["c"]
    odd = ports.table.query(KeyConditionExpression=wanted, FilterExpression=Attr("odd").eq(True))
    assert (odd["Count"], odd["ScannedCount"]) == (2, 3)
    begun = wanted & Key("sk").begins_with("b")
    assert ports.table.query(KeyConditionExpression=begun)["Count"] == 1


def a_scan_sees_every_item_once_by_page(ports: Ports) -> None:
    names = {(f"key-{number}", "F") for number in range(7)}
    for pk, sk in names:
        ports.table.put_item(Item={"pk": pk, "sk": sk, "n": 1})
    seen: list[tuple[str, str]] = []
    start: dict[str, Any] = {}
    for _ in range(9):
        page = ports.table.scan(Limit=3, ConsistentRead=True, **start)
        assert len(page["Items"]) <= 3
        seen += [(item["pk"], item["sk"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert len(seen) == 7
    assert set(seen) == names


def a_batch_of_reads_gives_what_there_is(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "n": 1})
    keys = [NAME, {"pk": "none", "sk": "F"}]
    answer = ports.table.meta.client.batch_get_item(RequestItems={ports.table.name: {"Keys": keys}})
    assert answer["Responses"][ports.table.name] == [{**NAME, "n": 1}]
    assert not answer["UnprocessedKeys"]


def a_scan_shows_what_is_projected_by_other_names(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "state": "READY", "bytes": 3, "more": {"a": [1]}})
    page = ports.table.scan(
        Limit=5,
        ProjectionExpression="#0, #1, #2, #3",
        ExpressionAttributeNames={"#0": "pk", "#1": "state", "#2": "more", "#3": "nothing"},
    )
    assert page["Items"] == [{"pk": "a", "state": "READY", "more": {"a": [1]}}]


def a_check_in_a_transaction_stops_it_as_a_condition_does(ports: Ports) -> None:
    ports.table.put_item(Item={**NAME, "moves": 4})
    table = {"TableName": ports.table.name}
    put = {"Put": {**table, "Item": {"pk": "line", "sk": "F", "n": 1}}}

    def write(moves: int) -> None:
        check = {
            "ConditionCheck": {
                **table,
                "Key": NAME,
                "ConditionExpression": "#moves = :moves",
                "ExpressionAttributeNames": {"#moves": "moves"},
                "ExpressionAttributeValues": {":moves": moves},
            }
        }
        ports.table.meta.client.transact_write_items(TransactItems=[put, check])

    assert code_of(write, moves=3) == "TransactionCanceledException"
    assert ports.item(pk="line", sk="F") is None
    write(moves=4)
    assert ports.item(pk="line", sk="F")["n"] == 1
    assert ports.item() == {**NAME, "moves": 4}


def a_table_tells_roughly_how_many_items_it_has(ports: Ports) -> None:
    assert ports.table.item_count >= 0
