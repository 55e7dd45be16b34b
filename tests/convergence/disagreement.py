"""What is told when an invariant does not hold."""

from typing import Any


class Disagreement(AssertionError):
    """A quiet world is not as it must be; one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.actions: list[tuple[Any, ...]] = []
