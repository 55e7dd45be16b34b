"""DynamoDB's update expressions: SET, REMOVE and ADD on attributes of an item."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from tests.convergence.memory_expressions import (
    MISSING,
    Item,
    Test,
    Words,
    arguments,
    operand,
    path,
)
from tests.convergence.memory_expressions import tokens_of as tokens_of

CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b", re.IGNORECASE)


class WrongOperand(Exception):
    """DynamoDB adds numbers only."""


Clause = tuple[str, list[str]]


def updated(item: Item, expression: str, words: Words) -> Item:
    """Return *item* with *expression* applied; operands read the item as it was."""
    new = dict(item)
    for verb, target, value in _steps(expression):
        name = path(target, words)
        if verb == "REMOVE":
            new.pop(name, None)
        elif verb == "SET":
            new[name] = value(item, words)
        elif isinstance(old := item.get(name, Decimal(0)), Decimal):
            new[name] = old + value(item, words)
        else:
            raise WrongOperand(f"{old!r} is no number")
    return new


@cache
def _steps(expression: str) -> list[tuple[str, str, Test]]:
    return list(_read_steps(expression))


def _read_steps(expression: str) -> Iterator[tuple[str, str, Test]]:
    for verb, text in _clauses(expression):
        tokens = tokens_of(text)
        while tokens:
            target = tokens.pop(0)
            if verb == "SET":
                tokens.pop(0)
            yield verb, target, _nothing if verb == "REMOVE" else _sum(tokens)
            if tokens and tokens.pop(0) != ",":
                raise ValueError(f"cannot read {expression!r}")


def _clauses(expression: str) -> Iterator[tuple[str, str]]:
    first, *rest = CLAUSE.split(expression)
    if first.strip():
        raise ValueError(f"cannot read {expression!r}")
    for verb, text in zip(rest[::2], rest[1::2], strict=True):
        if verb.upper() == "DELETE":
            raise ValueError("sets are not kept here")
        yield verb.upper(), text


def _nothing(_: Item, __: Words) -> None:
    return None


def _sum(tokens: list[str]) -> Test:
    first = _term(tokens)
    while tokens and tokens[0] == "+":
        tokens.pop(0)
        first = _plus(first, _term(tokens))
    return first


def _plus(first: Test, second: Test) -> Test:
    return lambda item, words: first(item, words) + second(item, words)


def _term(tokens: list[str]) -> Test:
    if len(tokens) > 1 and tokens[1] == "(":
        if tokens.pop(0) != "if_not_exists":
            raise ValueError(f"cannot read {tokens}")
        found, otherwise = arguments(tokens)
        return _or_else(found, otherwise)
    return operand(tokens)


def _or_else(found: Test, otherwise: Test) -> Test:
    def value(item: Item, words: Words) -> Any:
        there = found(item, words)
        return otherwise(item, words) if there is MISSING else there

    return value
