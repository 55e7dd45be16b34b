"""Encode the keys of a listing of versions where the caller asks for it.

Gap: ministack leaves `encoding-type=url` out of ListObjectVersions, though boto3 asks for it.
Consequence: a key, or only a prefix, with a character that XML cannot hold makes an answer that
nobody can read, and that boto3 takes for a failure of S3; a carriage return becomes a line feed.
Repair: encode what the answer names, and say so.
"""

import re
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import unescape

from ministack.services import s3

Response = tuple[int, dict[str, str], bytes]

NAMES = re.compile(rb"<(Key|Prefix|Delimiter|KeyMarker|NextKeyMarker)>(.*?)</\1>", re.DOTALL)
END = b"</ListVersionsResult>"


def apply() -> None:
    listed = s3._list_object_versions

    def list_object_versions(bucket: str, query: dict[str, Any]) -> Response:
        answer: Response = listed(bucket, query)
        if answer[0] != 200 or s3._qp(query, "encoding-type", "") != "url":
            return answer
        body = NAMES.sub(_encoded, answer[2])
        return *answer[:2], body.replace(END, b"<EncodingType>url</EncodingType>" + END)

    s3._list_object_versions = list_object_versions


def _encoded(element: re.Match[bytes]) -> bytes:
    name, text = element.groups()
    return b"<%b>%b</%b>" % (name, quote(unescape(text.decode()), safe="/").encode(), name)
