"""Small pictures, each of a colour of its own, and files that are none."""

from io import BytesIO
from random import Random

from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")


def picture(random: Random, long_edge: int = 400) -> bytes:
    """Draw a picture of a colour and a size that no other is likely to have."""
    size = random.randint(20, long_edge), random.randint(20, long_edge)
    colour = (random.randrange(256), random.randrange(256), random.randrange(256))
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, random.choice(FORMATS), quality=95)
    return content.getvalue()


def refused(random: Random) -> bytes:
    """Return what must be refused: nothing, a text, or the first half of a picture."""
    noisy = Image.effect_noise((120, 90), 80)
    content = BytesIO()
    noisy.save(content, "JPEG")
    half = content.getvalue()[: len(content.getvalue()) // 2]
    return random.choice((b"", b"No picture at all.\n" * random.randint(1, 40), half))


def keys(random: Random, count: int) -> list[str]:
    """Return keys of several owners, the awkward ones among them."""
    owners = ("alice", "bob", "carol", "Zoë & co")
    plain = (
        f"{random.choice(owners)}/{random.randrange(10_000):04}.{random.choice(('jpg', 'png'))}"
        for _ in range(10 * count)
    )
    wanted = max(0, count - len(AWKWARD))
    return [*AWKWARD, *list(dict.fromkeys(plain))[:wanted]][:count]


AWKWARD = (
    "alice/a b+é%.jpg",
    "bob/日本/%2B.png",
    "bob/line\nbreak.jpg",
    "carol/#?&=;:@$,'\"",
    "carol/a//b",
    "no folder.jpg",
    "alice/twin.jpg",
    "alice/twin.png",
    "Zoë & co/" + "é" * 500,
)
