"""Objects go at once where one request can name them, and one by one where it cannot."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from darkroom.deletions import AT_ONCE, delete_objects

ODD = ["evil\x01name.jpg", "\x00", "tab\x0bulator", "\x1f", "\ufffe", "\uffff"]
PLAIN = ["a.jpg", "cr\rname.jpg", "line\nbreak", "ok name <&>.jpg", "日本", "😀", "\x7f\x85"]


class Bucket:
    """S3 as far as it deletes: it reads the names of `delete_objects` out of XML."""

    def __init__(self, *names: str, refuses: str = "") -> None:
        self.names = set(names)
        self.refuses = refuses
        self.sizes: list[int] = []

    def delete_objects(self, Bucket: str, Delete: Any) -> Any:  # noqa: N803
        names = [each["Key"] for each in Delete["Objects"]]
        self.sizes.append(len(names))
        for name in names:
            try:
                ElementTree.fromstring(f"<a>{name.replace('&', '').replace('<', '')}</a>")  # noqa: S314
            except ElementTree.ParseError:
                raise ClientError({"Error": {"Code": "MalformedXML"}}, "DeleteObjects") from None
        left = [name for name in names if name == self.refuses]
        self.names -= set(names) - set(left)
        return {"Errors": [{"Key": name, "Code": "AccessDenied"} for name in left]}

    def delete_object(self, Bucket: str, Key: str) -> None:  # noqa: N803
        if self.refuses == Key:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DeleteObject")
        self.names.discard(Key)


def delete(bucket: Bucket, *names: str) -> dict[str, str]:
    """Delete *names* of a bucket."""
    client: Any = bucket
    return delete_objects(client, "thumbnails", names)


def test_names_that_xml_cannot_hold_keep_no_other_from_going() -> None:
    bucket = Bucket(*ODD, *PLAIN)

    assert delete(bucket, *ODD, *PLAIN) == {}
    assert bucket.names == set()
    assert bucket.sizes == [len(PLAIN)]


def test_many_names_go_a_thousand_at_a_time() -> None:
    names = [f"{number}.jpg" for number in range(AT_ONCE + 1)]
    bucket = Bucket(*names)

    assert delete(bucket, *names) == {}
    assert bucket.names == set()
    assert bucket.sizes == [AT_ONCE, 1]


def test_whatever_makes_s3_refuse_a_request_its_names_go_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("darkroom.deletions.NOT_IN_XML", re.compile("(?!)"))
    bucket = Bucket(*ODD, *PLAIN)

    assert delete(bucket, *ODD, *PLAIN) == {}
    assert bucket.names == set()


@pytest.mark.parametrize("name", [ODD[0], PLAIN[0]])
def test_a_name_that_s3_keeps_is_returned_with_its_error(name: str) -> None:
    bucket = Bucket(*ODD, *PLAIN, refuses=name)

    assert delete(bucket, *ODD, *PLAIN) == {name: "AccessDenied"}
    assert bucket.names == {name}


def test_a_request_that_may_succeed_later_is_an_error() -> None:
    class Busy(Bucket):
        def delete_objects(self, Bucket: str, Delete: Any) -> Any:  # noqa: N803
            raise ClientError({"Error": {"Code": "SlowDown"}}, "DeleteObjects")

    with pytest.raises(ClientError):
        delete(Busy("a.jpg"), "a.jpg")
