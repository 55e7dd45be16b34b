"""The catalog's indexes: one list for two rooms, and owners that never collide."""

import string
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from darkroom import catalog_indexes as indexes
from stacks import catalog_indexes as deployed

OWNERS = st.text(st.sampled_from("a#%25x3") | st.characters(exclude_characters="/"), min_size=1)
RESTS = st.lists(st.text(max_size=5), max_size=2)


def test_what_is_deployed_is_what_is_asked() -> None:
    ours = [(i.name, i.partition, i.sort, set(indexes.projected(i))) for i in indexes.INDEXES]
    theirs = [(i.name, i.hash_key, i.range_key, set(i.attributes)) for i in deployed.INDEXES]
    assert [each[:3] for each in ours] == [each[:3] for each in theirs]
    assert [each[3] for each in ours] == [each[3] for each in theirs]


@given(OWNERS, OWNERS, RESTS, RESTS)
def test_two_owners_share_no_partition(
    one: str, two: str, ours: list[str], theirs: list[str]
) -> None:
    if one != two:
        assert indexes.owned(one, *ours) != indexes.owned(two, *theirs)


def test_an_owner_s_name_cannot_stand_for_another_s_hash_or_break_a_write() -> None:
    long = "#" * 1022
    named = indexes.owned(long)
    assert indexes.owned(named) != named
    # DynamoDB takes 2,048 bytes; a camera's name has at most 401 characters of 4 bytes.
    assert len(indexes.owned(long, "\U0001f4f7" * 401).encode()) <= 2048
    assert indexes.owned("alice", "READY", "JPEG") == "alice#READY#JPEG"


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 63), max_size=3, unique=True))
def test_hashes_that_differ_in_three_bits_share_a_band(one: int, flipped: list[int]) -> None:
    other = one
    for bit in flipped:
        other ^= 1 << bit
    bands = [indexes.bands_of(f"{each:016x}") for each in (one, other)]
    assert any(a == b for a, b in zip(*bands, strict=True))
    assert all(len(band) == 4 and set(band) <= set(string.hexdigits) for band in bands[0])


def test_a_camera_is_named_once() -> None:
    told = {"camera_make": "Canon", "camera_model": "Canon EOS R5"}
    assert indexes.camera_of(told) == "Canon EOS R5"
    assert indexes.camera_of({"camera_make": "SONY", "camera_model": "ILCE-7"}) == "SONY ILCE-7"
    assert indexes.camera_of({"camera_make": "SONY"}) == "SONY"
    assert indexes.camera_of({}) == ""


def test_no_two_indexes_have_a_name_in_common() -> None:
    for one, two in combinations(indexes.INDEXES, 2):
        assert one.name != two.name
