"""The message that tells people of a report."""

import os
from dataclasses import dataclass
from urllib.parse import quote

from functions.publish_report.figures import Report
from functions.publish_report.words import SAID, recounted, share, size, title

CONSOLE = "https://{region}.console.aws.amazon.com/s3/object/{bucket}?region={region}&prefix={key}"


@dataclass(frozen=True)
class Message:
    """A subject as SNS takes it, of up to 99 ASCII characters, and a text."""

    subject: str
    text: str


def message(report: Report, bucket: str, key: str) -> Message:
    """Return it. Its link asks who one is: a presigned one would open to whoever has the mail."""
    region = os.environ.get("AWS_REGION", "")
    totals = report.totals
    lines = [
        f"{totals.objects:,} pictures, {size(totals.bytes)}; "
        f"{totals.rejected:,} refused ({share(totals.rejected, totals.objects)})",
        f"{SAID[report.check.verdict]}. {recounted(report.check)}",
        "",
        CONSOLE.format(region=region, bucket=bucket, key=quote(key)),
        f"aws s3 cp s3://{bucket}/{key} .",
    ]
    subject = f"Darkroom {report.stage}: report, {title(report)}"
    return Message(subject[:99], "\n".join(lines) + "\n")
