"""What a version of index_metadata must be able to do before it gets any traffic."""

from collections.abc import Callable
from typing import Any

from darkroom.smoke import Checks, may_get_item, may_get_object, require
from darkroom.tiny_picture import HEIGHT, WIDTH, tiny_picture
from functions.index_metadata.settings import Settings


def checks(needs: Settings, read: Callable[[bytes, str], dict[str, Any]]) -> Checks:
    """Return its checks: a real picture through the real child process, and each grant to read."""

    def reads_metadata() -> None:
        found = read(tiny_picture((200, 80, 40)), "image/png")
        told = (found.get("format"), found.get("width"), found.get("height"))
        require(told == ("PNG", WIDTH, HEIGHT), f"a small PNG is taken for {told}")

    return {
        "reads metadata": reads_metadata,
        "reads originals": lambda: may_get_object(needs.originals_bucket),
        "reads the catalog": lambda: may_get_item(needs.catalog_table),
    }
