"""Which keys of KMS the consumers may not use, as S3 says when it cannot decrypt for them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from operations.connection import App
from operations.dead_letters import Letter

# "… is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:…:key/… because no
# identity-based policy allows the kms:Decrypt action". A key that the role cannot even see is "the
# resource associated with this ciphertext" instead.
ACTION = re.compile(r"not authorized to perform: (kms:\w+)")
KEY = re.compile(r"arn:[\w-]+:kms:[\w:/-]+")


@dataclass(frozen=True)
class MissingGrant:
    """An action that a role lacks on a key, by what lies in ``place``."""

    place: str
    action: str
    key: str


def missing_grants(app: App, key: str, letters: Iterable[Letter]) -> Iterator[MissingGrant]:
    """Yield what the reasons of *letters*, which are about *key*, say is missing."""
    for letter in letters:
        if action := ACTION.search(letter.reason):
            named = KEY.search(letter.reason)
            kms_key = named.group() if named else _encrypted_under(app, key)
            yield MissingGrant(letter.place, action.group(1), kms_key)


def _encrypted_under(app: App, key: str) -> str:
    try:
        head = app.client("s3").head_object(Bucket=app.output("OriginalsBucket"), Key=key)
    except ClientError as error:
        return f"unknown, for it cannot be asked for ({error.response['Error']['Code']})"
    return str(head.get("SSEKMSKeyId", "unknown"))
