"""The routes of an API, read from the OpenAPI document that its function serves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from stacks.constructs.python_function import ROOT

METHODS = ("get", "put", "post", "delete", "patch", "head")


@dataclass(frozen=True)
class Route:
    """One method of one path, as API Gateway names both."""

    method: str
    path: str
    anonymous: bool

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        """A construct's id: `GetImagesId` for `GET /images/{id}`."""
        words = self.key.replace(".", " ").replace("-", " ").replace("/", " ").split()
        return "".join(word.strip("{}").capitalize() for word in words)


def routes_of(folder: str) -> list[Route]:
    """Return what `functions/<folder>/openapi.json` offers; that has one home, there.

    Raises ValueError if there is no such document: without it, nothing would be routed.
    """
    document = ROOT / "functions" / folder / "openapi.json"
    if not document.is_file():
        raise ValueError(f"no functions/{folder}/openapi.json: it is what API Gateway routes")
    return list(_routes(json.loads(document.read_text())))


def _routes(document: dict[str, dict[str, dict[str, object]]]) -> Iterator[Route]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            operation = operations.get(method)
            if isinstance(operation, dict):
                # An empty list of security says that nobody is asked; none, that all are.
                yield Route(method.upper(), path, operation.get("security") == [])
