"""Objects deleted many at once, and one by one where one request cannot name them together."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AT_ONCE = 1000  # what DeleteObjects takes
# DeleteObjects names keys in XML 1.0, which cannot hold these characters: S3 refuses the whole
# request as MalformedXML, and has been seen to skip the key in silence. DeleteObject has the key
# in its URL. See https://github.com/boto/boto3/issues/2005, https://github.com/aws/aws-sdk/issues/271.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def delete_objects(client: "S3Client", bucket: str, names: Iterable[str]) -> dict[str, str]:
    """Delete objects; return the error code of each that S3 did not delete."""
    every = dict.fromkeys(names)
    alone = [name for name in every if NOT_IN_XML.search(name)]
    together = [name for name in every if not NOT_IN_XML.search(name)]
    left = _one_by_one(client, bucket, alone)
    for start in range(0, len(together), AT_ONCE):
        left |= _at_once(client, bucket, together[start : start + AT_ONCE])
    return left


def _at_once(client: "S3Client", bucket: str, names: Sequence[str]) -> dict[str, str]:
    objects: Any = {"Objects": [{"Key": name} for name in names], "Quiet": True}
    try:
        answer = client.delete_objects(Bucket=bucket, Delete=objects)
    except ClientError as error:
        if error.response["Error"]["Code"] != "MalformedXML":
            raise
        return _one_by_one(client, bucket, names)
    return {failure["Key"]: failure["Code"] for failure in answer.get("Errors", [])}


def _one_by_one(client: "S3Client", bucket: str, names: Iterable[str]) -> dict[str, str]:
    left = {}
    for name in names:
        try:
            client.delete_object(Bucket=bucket, Key=name)
        except ClientError as error:
            left[name] = error.response["Error"]["Code"]
    return left
