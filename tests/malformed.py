"""Items as nobody of ours writes them: any value for any attribute, and attributes that lack."""

from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary
from hypothesis import strategies as st

Item = dict[str, Any]
LACKING = object()

# Text without the halves of surrogate pairs: DynamoDB keeps UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.sampled_from(
    [Decimal(text) for text in ("0", "-1", "1.5", "1E+125", "-1E-130", "9" * 38, "1E+15", "1E+30")]
)
likely = st.sampled_from(
    ["", "READY", "GONE", "three", "yesterday", "NaN", "0" * 40, "x" * 3000, "2026-11-28"]
)
leaves = (
    st.none()
    | st.booleans()
    | numbers
    | likely
    | texts
    | st.binary(min_size=1, max_size=9).map(Binary)
    | st.sets(texts.filter(bool), min_size=1, max_size=2)
    | st.sets(st.binary(min_size=1, max_size=3).map(Binary), min_size=1, max_size=2)
)
values: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=5,
)
anything: st.SearchStrategy[Any] = values | st.just(LACKING)


@st.composite
def spoilt(draw: st.DrawFn, item: Item) -> Item:
    """Draw *item* with up to three attributes lacking, replaced, added, or spoilt within."""
    spoilt = dict(item)
    names = st.sampled_from(sorted(item.keys() - {"pk", "sk"}) or ["any"]) | texts.filter(bool)
    for name in draw(st.lists(names.filter(lambda n: n not in ("pk", "sk")), max_size=3)):
        inner = spoilt.get(name)
        if isinstance(inner, dict) and inner and draw(st.booleans()):
            value: Any = draw(spoilt_map(inner))
        else:
            value = draw(anything)
        if value is LACKING:
            spoilt.pop(name, None)
        else:
            spoilt[name] = value
    return spoilt


def spoilt_map(inner: Item) -> st.SearchStrategy[Item]:
    """Draw a map with one of its values lacking or replaced."""
    return st.tuples(st.sampled_from(sorted(inner)), anything).map(
        lambda change: {
            name: change[1] if name == change[0] else value
            for name, value in inner.items()
            if (name, change[1]) != (change[0], LACKING)
        }
    )


WELL, BAD = "alice/well.jpg", "alice/bad.jpg"
FACETS = ("METADATA", "THUMBNAILS")
POSITION = "0" * 38 + "96"
FACET: Item = {
    "state": "READY",
    "rev": 5,
    "version_id": "v",
    "owner": "alice",
    "bytes": 7,
    "content_type": "image/png",
    "uploaded_at": "2026-11-21T00:00:00.000Z",
    "recorded_at": "2026-11-21T00:00:01.000Z",
    "format": "PNG",
    "variants": {
        "small": {"key": "f/1-v/s.jpg", "width": 16, "height": 9, "bytes": 7, "content_type": ""}
    },
}
COUNTED = {"owner": "alice", "day": "2026-11-21", "bytes": 7, "state": "READY", "kind": "PNG"}
ENTRY: Item = {"position": POSITION, "counted": {**COUNTED, "thumbnails_bytes": 7}}
LINE: Item = {"objects": 1, "bytes": 7, "rejected": 0, "moves": 3, "thumbnails_bytes": 7}
CHECKPOINT: Item = {"rev": 3, "leased_until": 0, "sweeps": ["{}", ""]}

keys = st.sampled_from([BAD, "x", "no such.jpg", "k" * 1025, "\n\x01"]) | texts.filter(bool)
sort_keys = st.sampled_from(FACETS) | st.sampled_from(["NOTES", "FACES"])
catalog_items = st.tuples(keys, sort_keys, spoilt(FACET))
shards = st.sampled_from(["0", "1", "7", "00", " 1", "x", "", "1#2", "٣"])
dimensions = st.sampled_from(["ALL", "OWNER", "DAY", "NOTE"])
lines = st.tuples(st.builds("{}#{}".format, dimensions, shards), sort_keys, spoilt(LINE))
names = st.sampled_from(["ALL", "alice", "2026-11-21"])
our_lines = st.tuples(st.sampled_from(["ALL#0", "OWNER#1", "DAY#0"]), names, spoilt(LINE))
entries = st.tuples(keys.map("LEDGER#{}".format) | st.just("LEDGER#"), sort_keys, spoilt(ENTRY))
checkpoints = st.tuples(st.just("SWEEP"), st.just("CURRENT"), spoilt(CHECKPOINT))
report_items = entries | lines | our_lines | checkpoints
Items = list[tuple[str, str, Item]]
