"""Clouds of a test's own, and programs that stand in for others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.cloud import Cloud


@contextmanager
def running(cloud: Cloud) -> Iterator[Cloud]:
    try:
        cloud.start()
        yield cloud
    finally:
        cloud.stop()


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
