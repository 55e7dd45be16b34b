"""Which requests of the functions shall go wrong: the file that says so, and the one that counts.

Both lie in the cloud's home, which only its owner may write. Without the first, nothing goes wrong.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Fault = Literal[
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "TransactionConflict",
    "SlowDown",
    "AnswerLost",
    "Late",
]


@dataclass(frozen=True)
class Rule:
    """A share of the requests to a service gets a fault; no operations means all of them.

    `AnswerLost` is a 500 after the effect. `Late` lets a request through after *seconds*.
    """

    fault: Fault
    service: Literal["dynamodb", "s3"]
    operations: tuple[str, ...] = ()
    rate: float = 1.0
    seconds: float = 0.0

    def covers(self, service: str, operation: str) -> bool:
        """Tell whether requests for *operation* are meant."""
        return self.service == service and (not self.operations or operation in self.operations)


class FaultRules:
    """The rules in force, as the emulator reads them and as others set them."""

    def __init__(self, home: Path) -> None:
        self._file = home / "faults.json"
        self._injected = home / "faults-injected.log"
        self._read: tuple[int, list[Rule]] = (0, [])

    def set(self, rules: Iterable[Rule]) -> None:
        """Let these rules, and no others, be in force from the next request on."""
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps([asdict(rule) for rule in rules], indent=2))
        partial.replace(self._file)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._file.unlink(missing_ok=True)

    def current(self) -> list[Rule]:
        """Return the rules in force; the file is read again only when it has changed."""
        try:
            changed = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return []
        if changed != self._read[0]:
            rules = json.loads(self._file.read_text())
            known = [Rule(**{**rule, "operations": tuple(rule["operations"])}) for rule in rules]
            self._read = changed, known
        return self._read[1]

    def note(self, rule: Rule, operation: str) -> None:
        """Count one injection; it outlives the emulator."""
        with self._injected.open("a") as log:
            log.write(f"{rule.fault} {rule.service}:{operation}\n")

    def injected(self) -> Counter[str]:
        """Return how often each fault was injected, by ``<fault> <service>:<operation>``."""
        if not self._injected.exists():
            return Counter()
        return Counter(self._injected.read_text().splitlines())
