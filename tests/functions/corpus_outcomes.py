"""The outcomes of a corpus; to write them anew, with layers/shared/python on PYTHONPATH:

python -m tests.functions.corpus_outcomes
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from darkroom.refusals import Refused
from tests.thumbnails import any_variant, shrunk

TABLE = Path(__file__).with_suffix(".txt")


def outcomes(corpus: Path) -> Iterator[str]:
    """Yield a line for each file: its path, and what became of it."""
    for file in sorted(corpus.rglob("*")):
        if file.is_file():
            yield f"{file.relative_to(corpus)}: {outcome(file.read_bytes())}"


def outcome(content: bytes) -> str:
    """Return the thumbnail's size and what is noted, or the reason of the refusal."""
    try:
        made = shrunk(content, any_variant(128, "WEBP"))
    except Refused as refused:
        named = refused.detail if refused.reason == "UNSUPPORTED_FORMAT" else ""
        return f"{refused.reason} {named}".strip()
    [thumbnail] = made.thumbnails
    return " ".join([f"{thumbnail.width}x{thumbnail.height}", *made.notes])


if __name__ == "__main__":
    folder = Path(os.environ.get("DARKROOM_CORPUS", "../shared/corpus"))
    written = TABLE.write_text("\n".join(outcomes(folder)) + "\n")
    sys.exit(0 if written > 1 else f"no corpus in {folder}")
