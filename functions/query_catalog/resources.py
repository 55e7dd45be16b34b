"""What query_catalog reads and writes, made once per environment; it writes to no table.

What it calls, and so is granted: dynamodb:Query on the catalog's indexes, BatchGetItem on it;
dynamodb:Query, GetItem and BatchGetItem on the report; on the objects of the originals bucket
s3:GetObject, GetObjectVersion, DeleteObject, DeleteObjectVersion, PutObject, AbortMultipartUpload
and ListMultipartUploadParts, on the bucket s3:ListBucketVersions; s3:GetObject on the thumbnails'.
"""

import time
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from darkroom.aws import s3, table
from darkroom.settings import from_environment
from functions.query_catalog.ledger import Report
from functions.query_catalog.originals import Bucket
from functions.query_catalog.pages import Pages
from functions.query_catalog.settings import Settings
from functions.query_catalog.tiles import Sign

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def settings() -> Settings:
    """Read the environment, once."""
    return from_environment(Settings)


@cache
def signer() -> "S3Client":
    """Return the client that signs: by version 4, and for the bucket's own region.

    boto3 signs for the region that S3 began in, which answers with a redirect that breaks uploads.
    """
    on_aws = "amazonaws.com" in s3().meta.endpoint_url
    style: Any = {"addressing_style": "virtual" if on_aws else "path"}
    return boto3.client("s3", config=Config(signature_version="s3v4", s3=style))


def pages() -> Pages:
    """Return the catalog, as of now."""
    return Pages(table(settings().catalog_table), time.time())


def bucket() -> Bucket:
    """Return the originals bucket."""
    needs = settings()
    return Bucket(needs.originals_bucket, s3(), signer(), needs.url_seconds)


def report() -> Report:
    """Return the report table."""
    return Report(table(settings().report_table), settings().report_shards)


def spell() -> int:
    """Number the halves of a URL's time; what is signed in one is good throughout the next."""
    return int(time.time() // (settings().url_seconds / 2))


def sign() -> Sign:
    """Return what makes a URL of a thumbnail's name."""
    return partial(thumbnail_url, spell())


# What a page of the grid shows is asked for again and again: signing it is most of the work, and
# under the same URL a browser shows what it has loaded before.
@lru_cache(maxsize=5_000)
def thumbnail_url(_: int, name: str) -> str:
    """Return the URL of a thumbnail, the same for a spell."""
    params = {"Bucket": settings().thumbnails_bucket, "Key": name}
    seconds = settings().url_seconds
    return signer().generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)
