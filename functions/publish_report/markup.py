"""HTML and SVG as trees: what is text stays text, whoever wrote it."""

import unicodedata
from xml.etree.ElementTree import Element, tostring

Child = Element | str | None
# Controls and changes of the direction of writing would disturb what stands around them.
DISTURBING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def node(tag: str, *children: Child, **attributes: object) -> Element:
    """Make an element; ``class_`` is an attribute called class, ``aria_label`` one with a dash."""
    named = {name.rstrip("_").replace("_", "-"): str(v) for name, v in attributes.items()}
    made = Element(tag, named)
    for child in children:
        append(made, child)
    return made


def append(to: Element, child: Child) -> None:
    """Add an element, or text, behind what is there; nothing for ``None``."""
    if child is None:
        return
    if isinstance(child, Element):
        to.append(child)
    elif len(to):
        to[-1].tail = (to[-1].tail or "") + child
    else:
        to.text = (to.text or "") + child


def name_of(text: str) -> Element:
    """Return what users named as they did; what would disturb its surroundings is made visible."""
    shown = "".join(
        f"\\u{{{ord(each):x}}}" if unicodedata.category(each) in DISTURBING else each
        for each in text
    )
    return node("bdi", shown)


def document(html: Element) -> bytes:
    """Return a page in UTF-8."""
    text: str = tostring(html, encoding="unicode", method="html")
    return b"<!doctype html>\n" + text.encode()
