"""Tell only those who may list a bucket that it lacks an object.

Gap: ministack answers 404 to anyone who may read the object if it were there.
Consequence: a function without `s3:ListBucket` works here, and on AWS takes a deletion for a
denied access, since S3 answers 403 ("GetObject: Permissions" in its API reference).
Repair: where the answer is 404 and the caller may not list the bucket, answer 403.
"""

from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import s3

Response = tuple[int, dict[str, str], Any]


def apply() -> None:
    handle = s3.handle_request

    async def handle_discreetly(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        **options: Any,
    ) -> Response:
        answer: Response = await handle(method, path, headers, body, query, **options)
        if answer[0] != 404 or method not in ("GET", "HEAD"):
            return answer
        bucket, key = s3._parse_bucket_key(path, headers)
        # An upload in parts that is missing is no secret.
        if not key or bucket not in s3._buckets or "uploadId" in query:
            return answer
        return refusal(bucket, headers, query) or answer

    s3.handle_request = handle_discreetly


def refusal(bucket: str, headers: dict[str, str], query: dict[str, Any]) -> Response | None:
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers, query),
        "s3:ListBucket",
        "s3",
        extract_region(headers, query),
        resource_arn=f"arn:aws:s3:::{bucket}",
    )
    if denied is None:
        return None
    principal = getattr(denied, "principal_arn", "")
    response: Response = iam_actions.access_denied_response(
        "s3", "s3:ListBucket", principal, "", headers=headers
    )
    return response
