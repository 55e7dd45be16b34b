"""Clients of the originals bucket, who do all that a bucket allows, at once and without a plan."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.chaos.pictures import picture, refused

LONGEST_PAUSE = 1.0  # seconds between two actions of a client


@dataclass
class Client:
    """One client with its own connection; what it did is counted, never relied upon."""

    s3: Any
    bucket: str
    keys: list[str]
    random: Random
    done: Counter[str] = field(default_factory=Counter)

    def work_until(self, stop: threading.Event) -> None:
        """Do one thing after the other; requests that fail are part of life."""
        while not stop.wait(self.random.uniform(0, LONGEST_PAUSE)):
            self.work(1)

    def work(self, times: int) -> None:
        """Do some things at random."""
        actions = self._actions()
        names, weights = list(actions), [weight for weight, _ in actions.values()]
        for name in self.random.choices(names, weights, k=times):
            try:
                happened = actions[name][1](self.random.choice(self.keys))
            except (BotoCoreError, ClientError):
                self.done["requests without a good answer"] += 1
            else:
                self.done[name if happened else "nothing there to change"] += 1

    def _actions(self) -> dict[str, tuple[int, Callable[[str], bool]]]:
        """Each action with its weight; it tells whether there was something to do."""
        return {
            "put": (30, self.put),
            "put again, the same bytes": (5, self.put_again),
            "put something that is no picture": (6, self.put_refused),
            "put into an archive": (3, self.put_archived),
            "put under a key of one's own": (3, self.put_encrypted),
            "put in parts": (5, self.put_in_parts),
            "overwrite in quick succession": (5, self.overwrite),
            "rename": (12, self.rename),
            "delete": (14, self.delete),
            "bring back": (10, self.bring_back),
            "delete an old version": (8, self.delete_old),
            "delete the current version": (5, self.delete_current),
        }

    def put(self, key: str) -> bool:
        self._put(key, picture(self.random))
        return True

    def put_again(self, key: str) -> bool:
        content = picture(self.random)
        self._put(key, content)
        self._put(key, content)
        return True

    def put_refused(self, key: str) -> bool:
        self._put(key, refused(self.random))
        return True

    def put_archived(self, key: str) -> bool:
        self._put(key, picture(self.random), StorageClass="GLACIER")
        return True

    def put_encrypted(self, key: str) -> bool:
        own_key = f"{self.random.getrandbits(128):032x}"
        self._put(key, picture(self.random), SSECustomerAlgorithm="AES256", SSECustomerKey=own_key)
        return True

    def overwrite(self, key: str) -> bool:
        for _ in range(4):
            self._put(key, picture(self.random))
        return True

    def put_in_parts(self, key: str) -> bool:
        where = {"Bucket": self.bucket, "Key": key}
        upload = {**where, "UploadId": self.s3.create_multipart_upload(**where)["UploadId"]}
        part = self.s3.upload_part(**upload, PartNumber=1, Body=picture(self.random))
        parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
        self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        return True

    def rename(self, key: str) -> bool:
        if not self._current("Versions", key):
            return False
        new = self.random.choice(self.keys)
        source = {"Bucket": self.bucket, "Key": key}
        self.s3.copy_object(
            Bucket=self.bucket, Key=new, CopySource=source, MetadataDirective="REPLACE"
        )
        if new != key:
            self.s3.delete_object(Bucket=self.bucket, Key=key)
        return True

    def delete(self, key: str) -> bool:
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        return True

    def bring_back(self, key: str) -> bool:
        return self._delete_one(self._current("DeleteMarkers", key))

    def delete_current(self, key: str) -> bool:
        return self._delete_one(self._current("Versions", key))

    def delete_old(self, key: str) -> bool:
        versions = [each for each in self._versions("Versions", key) if not each["IsLatest"]]
        return self._delete_one(versions)

    def _put(self, key: str, content: bytes, **how: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content, **how)

    def _delete_one(self, versions: list[dict[str, Any]]) -> bool:
        for version in versions[:1]:
            self.s3.delete_object(
                Bucket=self.bucket, Key=version["Key"], VersionId=version["VersionId"]
            )
        return bool(versions)

    def _current(self, kind: str, key: str) -> list[dict[str, Any]]:
        return [each for each in self._versions(kind, key) if each["IsLatest"]]

    def _versions(self, kind: str, key: str) -> list[dict[str, Any]]:
        answer = self.s3.list_object_versions(Bucket=self.bucket, Prefix=key)
        return [each for each in answer.get(kind, []) if each["Key"] == key]
