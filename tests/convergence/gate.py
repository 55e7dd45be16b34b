"""What stands before each call of an in-memory port: nothing, unless a scheduler does."""

from collections.abc import Callable
from typing import Any, Protocol

Effect = Callable[..., Any]


class Gate(Protocol):
    """Decides when, and whether, a call takes effect and what its caller hears of it."""

    def __call__(self, operation: str, effect: Effect, request: dict[str, Any], /) -> Any: ...


def straight(operation: str, effect: Effect, request: dict[str, Any], /) -> Any:
    """Let every call through at once."""
    return effect(**request)
