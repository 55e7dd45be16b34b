"""Where planted mistakes are registered, each under the name that the issue gives it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Plant = Callable[[], Any]
DEFECTS: dict[str, Plant] = {}


def defect(name: str) -> Callable[[Callable[[], Iterator[None]]], None]:
    """Register what plants the defect called *name* as long as it is open."""

    def register(plant: Callable[[], Iterator[None]]) -> None:
        DEFECTS[name] = contextmanager(plant)

    return register


def log_of(module: Any) -> Any:
    """Return the logger that a module uses at present."""
    return module.logger


@contextmanager
def healthy() -> Iterator[None]:
    """Plant nothing."""
    yield
