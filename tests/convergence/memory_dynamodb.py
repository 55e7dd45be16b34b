"""DynamoDB's tables in memory, as boto3's resource shows them, each with its stream."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.convergence.gate import Gate, straight
from tests.convergence.memory_expressions import Item, Words, holds
from tests.convergence.memory_items import copied, kept, shown
from tests.convergence.memory_s3 import Paginator
from tests.convergence.memory_tables import Name, Stored
from tests.convergence.memory_updates import WrongOperand, updated

Answer = dict[str, Any]
Request = dict[str, Any]
FAILED = "ConditionalCheckFailed"


def refusal(code: str, operation: str, **more: Any) -> ClientError:
    """Return the error that botocore raises for DynamoDB's answer *code*."""
    response: Any = {"Error": {"Code": code, "Message": code}, **more}
    return ClientError(response, operation)


class MemoryDynamoDB:
    """A client that takes and gives Python values; tables exist when they are first named.

    A scan that is not consistent is *lag* changes behind.
    """

    def __init__(self, gate: Gate = straight, lag: int = 0) -> None:
        self.tables: dict[str, Stored] = {}
        self.lag = lag
        self._gate = gate

    def table(self, name: str) -> "MemoryTable":
        """Return one table as boto3's resource."""
        return MemoryTable(self, name)

    def get_item(self, **request: Any) -> Answer:
        return self._gate("GetItem", self._get, request)  # type: ignore[no-any-return]

    def put_item(self, **request: Any) -> Answer:
        return self._gate("PutItem", self._put, request)  # type: ignore[no-any-return]

    def update_item(self, **request: Any) -> Answer:
        return self._gate("UpdateItem", self._update, request)  # type: ignore[no-any-return]

    def delete_item(self, **request: Any) -> Answer:
        return self._gate("DeleteItem", self._delete, request)  # type: ignore[no-any-return]

    def query(self, **request: Any) -> Answer:
        return self._gate("Query", self._query, request)  # type: ignore[no-any-return]

    def scan(self, **request: Any) -> Answer:
        return self._gate("Scan", self._scan, request)  # type: ignore[no-any-return]

    def batch_get_item(self, **request: Any) -> Answer:
        return self._gate("BatchGetItem", self._batch_get, request)  # type: ignore[no-any-return]

    def transact_write_items(self, **request: Any) -> Answer:
        return self._gate("TransactWriteItems", self._transact, request)  # type: ignore[no-any-return]

    def describe_table(self, **request: Any) -> Answer:
        return self._gate("DescribeTable", self._describe, request)  # type: ignore[no-any-return]

    def get_paginator(self, operation: str) -> Paginator:
        """Return what turns the pages of ``query`` or ``scan``."""
        return Paginator(getattr(self, operation), {"ExclusiveStartKey": "LastEvaluatedKey"})

    def _stored(self, name: str) -> Stored:
        return self.tables.setdefault(name, Stored())

    def _describe(self, TableName: str) -> Answer:
        return {"Table": {"TableName": TableName, "ItemCount": len(self._stored(TableName).items)}}

    def _get(self, TableName: str, Key: Item, **request: Any) -> Answer:
        found = self._stored(TableName).items.get(_name(Key))
        return {} if found is None else {"Item": shown(found, request)}

    def _put(self, TableName: str, Item: Item, **request: Any) -> Answer:
        self._replace("PutItem", TableName, Item, request, lambda _: kept(Item))
        return {}

    def _update(self, TableName: str, Key: Item, **request: Any) -> Answer:
        old = self._stored(TableName).items.get(_name(Key))
        new = self._replace("UpdateItem", TableName, Key, request, _updating(Key, request))
        asked = request.get("ReturnValues", "NONE")
        image = {"ALL_NEW": new, "ALL_OLD": old}.get(asked)
        if asked not in ("NONE", "ALL_NEW", "ALL_OLD"):
            raise NotImplementedError(asked)
        return {"Attributes": copied(image)} if image else {}

    def _delete(self, TableName: str, Key: Item, **request: Any) -> Answer:
        old = self._stored(TableName).items.get(_name(Key))
        self._replace("DeleteItem", TableName, Key, request, lambda _: None)
        return {"Attributes": copied(old)} if old and "ReturnValues" in request else {}

    def _replace(
        self,
        operation: str,
        table: str,
        key: Item,
        request: Request,
        make: Callable[[Item | None], Item | None],
    ) -> Item | None:
        stored, name = self._stored(table), _name(key)
        old = stored.items.get(name)
        if not _allowed(old, request):
            raise refusal(f"{FAILED}Exception", operation)
        new = make(old)
        stored.write(name, new)
        return new

    def _query(self, TableName: str, KeyConditionExpression: Any, **request: Any) -> Answer:
        words = Words.of(request)
        items = self._stored(TableName).items
        names = sorted(n for n in items if holds(KeyConditionExpression, items[n], words))
        if not request.get("ScanIndexForward", True):
            names.reverse()
        return self._page(items, names, request)

    def _scan(self, TableName: str, **request: Any) -> Answer:
        lag = 0 if request.get("ConsistentRead") else self.lag
        items = self._stored(TableName).earlier(lag)
        return self._page(items, sorted(items), request)

    def _page(self, items: dict[Name, Item], names: list[Name], request: Request) -> Answer:
        if start := request.get("ExclusiveStartKey"):
            backward = not request.get("ScanIndexForward", True)
            at = _name(start)
            names = [name for name in names if (name < at if backward else name > at)]
        limit = request.get("Limit", len(names))
        page, words = names[:limit], Words.of(request)
        wanted = request.get("FilterExpression")
        found = [items[n] for n in page if wanted is None or holds(wanted, items[n], words)]
        answer: Answer = {"Count": len(found), "ScannedCount": len(page)}
        if request.get("Select") != "COUNT":
            answer["Items"] = [shown(item, request) for item in found]
        # As DynamoDB does: a page that is full names its last key, though nothing may follow.
        if "Limit" in request and page and len(page) == limit:
            answer["LastEvaluatedKey"] = dict(zip(("pk", "sk"), page[-1], strict=True))
        return answer

    def _batch_get(self, RequestItems: dict[str, Any], **_: Any) -> Answer:
        answers = {
            table: [
                shown(found, asked)
                for key in asked["Keys"]
                if (found := self._stored(table).items.get(_name(key))) is not None
            ]
            for table, asked in RequestItems.items()
        }
        return {"Responses": answers, "UnprocessedKeys": {}}

    def _transact(self, TransactItems: list[dict[str, Any]], **_: Any) -> Answer:
        actions = [(kind, request) for item in TransactItems for kind, request in item.items()]
        olds = [self._stored(r["TableName"]).items.get(_named(r)) for _, r in actions]
        reasons = [
            {"Code": "None" if _allowed(old, request) else FAILED}
            for (_, request), old in zip(actions, olds, strict=True)
        ]
        if any(reason["Code"] != "None" for reason in reasons):
            raise cancelled(reasons)
        news = [_made_or_refused(*action, old) for action, old in zip(actions, olds, strict=True)]
        if "ValidationError" in news:
            refused = ("ValidationError" if new == "ValidationError" else "None" for new in news)
            raise cancelled([{"Code": code} for code in refused])
        for (kind, request), new in zip(actions, news, strict=True):
            if kind != "ConditionCheck":
                self._stored(request["TableName"]).write(_named(request), new)
        return {}


class MemoryTable:
    """One table, with its client at ``meta.client``."""

    def __init__(self, client: MemoryDynamoDB, name: str) -> None:
        self.name = self.table_name = name
        self.meta = _Meta(client)

    @property
    def stored(self) -> Stored:
        """What the table holds."""
        return self.meta.client._stored(self.name)

    @property
    def item_count(self) -> int:
        """How many items DynamoDB says that there are."""
        told = self.meta.client.describe_table(TableName=self.name)
        return int(told["Table"]["ItemCount"])

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        call = getattr(self.meta.client, operation)
        return lambda **request: call(TableName=self.name, **request)


@dataclass(frozen=True)
class _Meta:
    client: MemoryDynamoDB


def cancelled(reasons: list[dict[str, str]]) -> ClientError:
    """Return the error of a transaction that was cancelled for *reasons*."""
    return refusal(
        "TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons
    )


def _made_or_refused(kind: str, request: Request, old: Item | None) -> Any:
    try:
        return _made(kind, request, old)
    except WrongOperand:
        return "ValidationError"


def _made(kind: str, request: Request, old: Item | None) -> Item | None:
    if kind == "Put":
        item: Item = kept(request["Item"])
        return item
    return _updating(request["Key"], request)(old) if kind == "Update" else None


def _updating(key: Item, request: Request) -> Callable[[Item | None], Item]:
    def make(old: Item | None) -> Item:
        words = Words(
            request.get("ExpressionAttributeNames") or {},
            kept(request.get("ExpressionAttributeValues") or {}),
        )
        return updated(old or key, request["UpdateExpression"], words)

    return make


def _allowed(old: Item | None, request: Request) -> bool:
    condition = request.get("ConditionExpression")
    return condition is None or holds(condition, old or {}, Words.of(request))


def _named(request: Request) -> Name:
    return _name(request.get("Item") or request["Key"])


def _name(item: Item) -> Name:
    return item["pk"], item["sk"]
