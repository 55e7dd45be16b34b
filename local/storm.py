"""An upload storm: as many pictures as asked, as fast as they go, and proof that none is lost."""

import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.agreement import FACETS, Findings, Inspector
from local.chaos.dice import dice
from local.chaos.pictures import picture
from local.cloud import Cloud
from local.feeds import require_fed
from local.likeness import Likeness
from local.progress import Progress

CLIENTS = 6
OWNERS = 5
SECONDS_EACH = 0.3  # to wait for a picture at most, on top of a minute


def run(cloud: Cloud, pictures: int) -> int:
    """Upload, wait until the pipeline is quiet, check; return 0 if all agrees, else 1."""
    require_fed(cloud)
    name, inspector = secrets.token_hex(3), Inspector(cloud)
    keys = [f"storm-{number % OWNERS}/{name}/{number:05}" for number in range(pictures)]
    started = time.monotonic()
    upload(cloud, keys)
    uploaded = time.monotonic()
    findings = wait(inspector, keys)
    quiet = time.monotonic()
    problems = [*findings.disagreements, *missing(findings, keys)]
    with Progress("Comparing every thumbnail with its original") as progress:
        problems += Likeness(cloud).errors(findings, keys)
        progress.done()
    if waiting := inspector.waiting():
        problems.append(f"{waiting} messages are still in the queues")
    problems += [f"{n} messages in {queue}" for queue, n in inspector.dead_letters().items()]
    rate, through = pictures / (uploaded - started), pictures / (quiet - started)
    print(
        f"{pictures:,} pictures, {rate:.0f} a second uploaded, {through:.0f} a second all through."
    )
    print_verdict(findings, problems)
    return 1 if problems else 0


def upload(cloud: Cloud, keys: list[str]) -> None:
    """Put a picture of its own colour under each key, by several clients at once."""
    bucket, mine = cloud.outputs()["OriginalsBucket"], threading.local()
    making = threading.Lock()

    def connect() -> None:
        with making:  # a session makes one client at a time
            mine.s3 = cloud.client("s3")

    def put(key: str) -> Any:
        return mine.s3.put_object(Bucket=bucket, Key=key, Body=picture(dice(0, key)))

    with Progress("Uploading") as progress, ThreadPoolExecutor(CLIENTS, "", connect) as clients:
        for count, _ in enumerate(clients.map(put, keys), 1):
            progress.tick(f"{count:,} of {len(keys):,}")
        progress.done(f"{len(keys):,}")


def wait(inspector: Inspector, keys: list[str]) -> Findings:
    """Look until nothing is under way and all agrees, or patience ends."""
    deadline = time.monotonic() + 60 + SECONDS_EACH * len(keys)
    with Progress("Waiting until the pipeline is quiet") as progress:
        while True:
            waiting = inspector.waiting()
            if waiting and time.monotonic() < deadline:
                progress.tick(f"{waiting:,} messages")
                time.sleep(0.5)
                continue
            findings = inspector.look()
            if not findings.disagreements or time.monotonic() > deadline:
                progress.done("not quiet" if findings.disagreements else "quiet")
                return findings
            progress.tick(f"{len(findings.disagreements):,} things do not agree yet")
            time.sleep(0.5)


def missing(findings: Findings, keys: list[str]) -> Iterator[str]:
    for key in keys:
        for facet in FACETS:
            if findings.facet(key, facet).get("state") != "READY":
                yield f"{facet} of {key} is {findings.facet(key, facet).get('state')}"


def print_verdict(findings: Findings, problems: list[str]) -> None:
    if problems:
        print(f"{len(problems)} things are wrong:")
        print("\n".join(f"  - {problem}" for problem in problems))
        return
    total = findings.report["ALL", "ALL"]
    print(
        f"None lost: bucket and report agree on {len(findings.originals):,} objects of"
        f" {total['bytes']:,} bytes, and there are {len(findings.thumbnails):,} thumbnails."
    )
