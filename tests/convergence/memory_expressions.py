"""DynamoDB's expressions, as strings or as boto3's objects, evaluated on an item."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from boto3.dynamodb.conditions import AttributeBase, ConditionBase

Item = dict[str, Any]
MISSING = object()
TOKEN = re.compile(r"\s*([#:]?[\w.-]+|<>|<=|>=|[=<>(),+])")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a is not MISSING and a == b,
    "<>": lambda a, b: a is MISSING or a != b,
    "<": lambda a, b: a is not MISSING and a < b,
    "<=": lambda a, b: a is not MISSING and a <= b,
    ">": lambda a, b: a is not MISSING and a > b,
    ">=": lambda a, b: a is not MISSING and a >= b,
}


class Words(NamedTuple):
    """What the placeholders of a request stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Any]

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "Words":
        """Return the placeholders of *request*."""
        names = request.get("ExpressionAttributeNames") or {}
        return cls(names, request.get("ExpressionAttributeValues") or {})


Test = Callable[[Item, Words], Any]


def holds(condition: Any, item: Item, words: Words) -> bool:
    """Tell whether *condition*, a string or one of boto3's objects, holds for *item*."""
    if isinstance(condition, ConditionBase):
        return _object_holds(condition, item)
    return bool(_condition(condition)(item, words))


def _object_holds(condition: ConditionBase, item: Item) -> bool:
    parts = condition.get_expression()
    operator, operands = parts["operator"], parts["values"]
    if operator in ("AND", "OR"):
        first, second = (_object_holds(each, item) for each in operands)
        return first and second if operator == "AND" else first or second
    if operator == "NOT":
        return not _object_holds(operands[0], item)
    read = [_read(item, o.name) if isinstance(o, AttributeBase) else o for o in operands]
    return bool(FUNCTIONS[operator](*read) if operator in FUNCTIONS else COMPARE[operator](*read))


TYPES: dict[str, Callable[[Any], bool]] = {
    "N": lambda a: isinstance(a, int | Decimal) and not isinstance(a, bool),
    "S": lambda a: isinstance(a, str),
}
FUNCTIONS: dict[str, Callable[..., bool]] = {
    "attribute_exists": lambda a: a is not MISSING,
    "attribute_not_exists": lambda a: a is MISSING,
    "attribute_type": lambda a, b: TYPES[b](a),
    "begins_with": lambda a, b: a is not MISSING and a.startswith(b),
    "contains": lambda a, b: a is not MISSING and b in a,
    "BETWEEN": lambda a, low, high: a is not MISSING and low <= a <= high,
    "IN": lambda a, choices: a in choices,
}


@cache
def _condition(text: str) -> Test:
    tokens = tokens_of(text)
    test = _either(tokens)
    if tokens:
        raise ValueError(f"cannot read {tokens} in {text!r}")
    return test


def tokens_of(text: str) -> list[str]:
    """Split an expression; what is not part of one is an error."""
    found = TOKEN.findall(text)
    if "".join(found) != re.sub(r"\s", "", text):
        raise ValueError(f"cannot read {text!r}")
    return list(found)


def _either(tokens: list[str]) -> Test:
    first = _both(tokens)
    while tokens and tokens[0].upper() == "OR":
        tokens.pop(0)
        first = _or(first, _both(tokens))
    return first


def _both(tokens: list[str]) -> Test:
    first = _one(tokens)
    while tokens and tokens[0].upper() == "AND":
        tokens.pop(0)
        first = _and(first, _one(tokens))
    return first


def _or(first: Test, second: Test) -> Test:
    return lambda item, words: first(item, words) or second(item, words)


def _and(first: Test, second: Test) -> Test:
    return lambda item, words: first(item, words) and second(item, words)


def _one(tokens: list[str]) -> Test:
    if tokens[0].upper() == "NOT":
        tokens.pop(0)
        denied = _one(tokens)
        return lambda item, words: not denied(item, words)
    if tokens[0] == "(":
        tokens.pop(0)
        inner = _either(tokens)
        tokens.pop(0)
        return inner
    if len(tokens) > 1 and tokens[1] == "(":
        return _function(tokens)
    return _comparison(tokens)


def _function(tokens: list[str]) -> Test:
    function = FUNCTIONS[tokens.pop(0)]
    operands = list(arguments(tokens))
    return lambda item, words: function(*(operand(item, words) for operand in operands))


def arguments(tokens: list[str]) -> Iterator[Test]:
    """Yield the operands between parentheses."""
    while tokens.pop(0) != ")":
        yield operand(tokens)


def _comparison(tokens: list[str]) -> Test:
    left, sign = operand(tokens), tokens.pop(0)
    if sign.upper() == "BETWEEN":
        low = operand(tokens)
        tokens.pop(0)
        high = operand(tokens)
        return lambda i, w: FUNCTIONS["BETWEEN"](left(i, w), low(i, w), high(i, w))
    if sign.upper() == "IN":
        choices = list(arguments(tokens))
        return lambda i, w: left(i, w) in [choice(i, w) for choice in choices]
    right, compare = operand(tokens), COMPARE[sign]
    return lambda item, words: compare(left(item, words), right(item, words))


def operand(tokens: list[str]) -> Test:
    """Take a value or the path of an attribute."""
    token = tokens.pop(0)
    if token.startswith(":"):
        return lambda _, words: words.values[token]
    return lambda item, words: _read(item, path(token, words))


def path(token: str, words: Words) -> str:
    """Return the dotted path that *token* stands for."""
    if not token.startswith("#") and "." not in token:
        return token
    return ".".join(words.names[p] if p.startswith("#") else p for p in token.split("."))


def _read(item: Any, dotted: str) -> Any:
    if dotted in item:
        return item[dotted]
    for part in dotted.split("."):
        if not isinstance(item, dict) or part not in item:
            return MISSING
        item = item[part]
    return item
