"""Records in partitions: written a run at a time, read back a partition at a time."""

import gzip
import json
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import uuid4

from darkroom.reconciliation.spool import Spool
from darkroom.thumbnail_names import folder_of

# What a partition's records, as Python values, may weigh in memory: about 5 KB a key.
PARTITION_KEYS = 50_000
# Each partition takes a listing, however empty it is, and a wrong total may tell any number.
MAX_DIGITS = 4


def digits_for(keys: int) -> int:
    """Return how many hex digits of a hash must tell partitions apart to keep each small."""
    digits = 0
    while keys > PARTITION_KEYS * 16**digits and digits < MAX_DIGITS:
        digits += 1
    return digits


def partition_of(key: str, digits: int) -> int:
    """Return the partition of a key: the same digits that its thumbnails' folder begins with."""
    return int("0" + folder_of(key)[:digits], 16)


def partition_of_line(pk: str, sk: str, digits: int) -> int:
    """Return the partition of a line of the report."""
    return int("0" + sha256(f"{pk}\n{sk}".encode()).hexdigest()[:digits], 16)


class Run:
    """Records in memory, on their way to the spool.

    A run is one piece: its partitions lie in it one after the other, each compressed for itself,
    and an index tells where. So it costs one write, whatever the number of partitions.
    """

    def __init__(self) -> None:
        self._lines: dict[int, list[str]] = {}
        self.size = 0

    def add(self, partition: int, record: Any) -> None:
        """Add what JSON can hold."""
        line = json.dumps(record, separators=(",", ":"))
        self._lines.setdefault(partition, []).append(line)
        self.size += 1

    def write(self, spool: Spool, name: str) -> str:
        """Write the run; return its name, which no other attempt at it has."""
        name = f"{name}-{uuid4().hex[:12]}"
        index, pieces, offset = {}, [], 0
        for partition, lines in self._lines.items():
            piece = gzip.compress("\n".join(lines).encode(), compresslevel=3, mtime=0)
            index[partition] = (offset, len(piece))
            offset += len(piece)
            pieces.append(piece)
        spool.put(name, b"".join(pieces))
        spool.put(f"{name}.index", json.dumps(index).encode())
        return name


class Runs:
    """Reads the spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._index = cache(self._read_index)

    def records(self, names: Sequence[str], partition: int) -> Iterator[Any]:
        """Yield the records of one partition of all these runs."""
        for name in names:
            place = self._index(name).get(str(partition))
            if place is not None:
                piece = gzip.decompress(self._spool.get(name, *place))
                yield from map(json.loads, piece.decode().split("\n"))

    def _read_index(self, name: str) -> dict[str, tuple[int, int]]:
        index: dict[str, tuple[int, int]] = json.loads(self._spool.get(f"{name}.index"))
        return index
