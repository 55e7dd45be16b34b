"""What a version of make_thumbnails must be able to do before it gets any traffic."""

from collections.abc import Callable

from darkroom.smoke import Checks, may_get_item, may_get_object, may_list, require
from darkroom.tiny_picture import tiny_picture
from functions.make_thumbnails.settings import Settings
from functions.make_thumbnails.thumbnails import Shrunk


def checks(needs: Settings, shrunk: Callable[[bytes], Shrunk]) -> Checks:
    """Return its checks: a real picture through the real child process, and each grant to read."""

    def shrinks() -> None:
        made = shrunk(tiny_picture((200, 80, 40))).thumbnails
        wanted = [variant.name for variant in needs.variants]
        require([each.variant.name for each in made] == wanted, "not all variants were made")

    return {
        "shrinks a picture": shrinks,
        "reads originals": lambda: may_get_object(needs.originals_bucket),
        "lists thumbnails": lambda: may_list(needs.thumbnails_bucket),
        "reads the catalog": lambda: may_get_item(needs.catalog_table),
    }
