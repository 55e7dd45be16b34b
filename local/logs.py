"""What the functions and the emulator log, line by line."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from local.cloud import Cloud
from local.errors import CloudError

POLL_SECONDS = 1.0


def of_emulator(cloud: Cloud, *, follow: bool) -> Iterator[str]:
    if not cloud.emulator.log.exists():
        raise CloudError("There is no log yet: the cloud was never started.")
    with cloud.emulator.log.open(errors="replace") as file:
        while True:
            yield from (line.rstrip("\n") for line in file)
            if not follow:
                return
            time.sleep(POLL_SECONDS)


def of_function(cloud: Cloud, folder: str, *, follow: bool) -> Iterator[str]:
    """Yield the messages of the function whose code is in `functions/<folder>`."""
    cloud.require_running()
    group = log_group(cloud, folder)
    printed: Counter[str] = Counter()
    while True:
        read: Counter[str] = Counter()
        for event in events(cloud, group):
            # The emulator gives events no id: they are known by their place in their stream.
            stream = event["logStreamName"]
            read[stream] += 1
            if read[stream] > printed[stream]:
                yield event["message"].rstrip("\n")
        printed = read
        if not follow:
            return
        time.sleep(POLL_SECONDS)


def events(cloud: Cloud, group: str) -> list[dict[str, Any]]:
    client = cloud.client("logs")
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    try:
        return [event for page in pages for event in page["events"]]
    except client.exceptions.ResourceNotFoundException:
        return []  # a log group of Lambda's own making comes with the first invocation


def log_group(cloud: Cloud, folder: str) -> str:
    """A function is known by the folder in its handler's path, as its physical name is CDK's."""
    by_folder: dict[str, str] = {
        function["Handler"].split(".")[1]: function["LoggingConfig"]["LogGroup"]
        for page in cloud.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["Handler"].startswith("functions.")
    }
    if folder not in by_folder:
        known = ", ".join(sorted(by_folder)) or "none"
        raise CloudError(f"No function of functions/{folder} is deployed. Deployed: {known}.")
    return by_folder[folder]
