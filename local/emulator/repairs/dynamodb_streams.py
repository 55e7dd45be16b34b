"""Deliver a table's stream to functions with Lambda's rules for failure.

Gap: ministack's mapping of a DynamoDB stream retries a failed batch for ever, ignores
MaximumRetryAttempts, BisectBatchOnFunctionError and partial responses, has no S3 destination,
and runs on the one thread that polls for all mappings.
Consequence: one poison record stops its stream, and a slow function stops everything.
Repair: the poll thread only reads; each mapping's batch is worked off on a thread of its own,
with these rules, before the mapping's position moves on.
"""

import time
from typing import Any

from ministack.services import dynamodb, lambda_svc

from local.emulator.draining import stopping
from local.emulator.repairs.scope import request_scope
from local.emulator.repairs.stream_failures import FailedBatch, send
from local.emulator.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0  # seconds between two attempts, doubling

Mapping = dict[str, Any]
Records = list[dict[str, Any]]


def apply(settings: Settings) -> None:
    def poll() -> bool:
        progress = False
        for account, region, mapping in lambda_svc._iter_all_esms():
            with request_scope(account, region):
                progress = poll_mapping(settings, mapping) or progress
        return progress

    lambda_svc._poll_dynamodb_streams = poll


def poll_mapping(settings: Settings, mapping: Mapping) -> bool:
    """Start on the mapping's next batch, if it is idle and there is one."""
    identifier, stream = mapping["UUID"], mapping["EventSourceArn"]
    if not reads_a_table(stream) or not mapping.get("Enabled", True):
        return False
    if lambda_svc._esm_inflight.get(identifier):
        return False
    table = stream.split(":table/")[1].split("/")[0]
    function, _ = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    if function is None or not is_current(table, stream):
        return False
    start = position(mapping, table)
    records = dynamodb.stream_records_since(table, start, mapping.get("BatchSize", 100))
    if not records:
        return False
    delivery = Delivery(settings, mapping, function)
    end = start + len(records)
    lambda_svc._dispatch_esm_batch(identifier, delivery.run, records, end)
    return True


def reads_a_table(stream: str) -> bool:
    return ":dynamodb:" in stream and ":table/" in stream


def is_current(table: str, stream: str) -> bool:
    description = dynamodb._tables.get(table)
    return bool(description) and description.get("LatestStreamArn") == stream


def position(mapping: Mapping, table: str) -> int:
    """The offset of the next record, at or after the oldest that the stream still holds."""
    lambda_svc._init_stream_position(
        mapping["UUID"], mapping["EventSourceArn"], mapping.get("StartingPosition", "LATEST")
    )
    stored = lambda_svc._dynamodb_stream_positions[mapping["UUID"]]
    return int(max(stored, dynamodb.stream_start_position(table)))


class Delivery:
    """One batch's way through the function, its retries and its failure destination."""

    def __init__(self, settings: Settings, mapping: Mapping, function: dict[str, Any]) -> None:
        self.settings = settings
        self.mapping = mapping
        self.function = function

    def run(self, records: Records, end: int) -> None:
        """Work off the records that pass the filter, then move the mapping to offset `end`."""
        wanted = lambda_svc._apply_filter_criteria(records, self.mapping)
        if self.deliver(wanted):
            with lambda_svc._dynamodb_stream_positions_lock:
                lambda_svc._dynamodb_stream_positions[self.mapping["UUID"]] = end

    def deliver(self, batch: Records) -> bool:
        """Return whether the batch is done with, in one way or the other."""
        attempts = 0
        while batch:
            if not self.is_active():
                return False
            result = lambda_svc._execute_function(self.function, {"Records": batch})
            if result.get("throttle") and not self.is_too_old(batch):
                # It never reached the function: that is no attempt ("MaximumRetryAttempts").
                time.sleep(LONGEST_PAUSE)
                continue
            attempts += 1
            remaining = self.failed_part(batch, result)
            if len(remaining) < len(batch):
                batch, attempts = remaining, 0
                continue
            if len(batch) > 1 and self.mapping.get("BisectBatchOnFunctionError"):
                middle = len(batch) // 2
                return self.deliver(batch[:middle]) and self.deliver(batch[middle:])
            if condition := self.exhausted(batch, attempts):
                self.give_up(FailedBatch(batch, result, condition, attempts))
                return True
            time.sleep(min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE))
        self.mapping["LastProcessingResult"] = "OK"
        return True

    def is_active(self) -> bool:
        """Whether the batch may be tried (again): a deleted mapping, say, has no retries."""
        if stopping.is_set():
            return False
        return self.mapping["UUID"] in lambda_svc._esms and self.mapping.get("Enabled", True)

    def failed_part(self, batch: Records, result: dict[str, Any]) -> Records:
        """The records to be delivered again: all from the first that failed on, to keep order."""
        if result.get("error"):
            return batch
        body = result.get("body")
        if "ReportBatchItemFailures" not in self.mapping.get("FunctionResponseTypes", []):
            return []
        failures = (body.get("batchItemFailures") or []) if isinstance(body, dict) else []
        failed = {failure["itemIdentifier"] for failure in failures}
        numbers = [str(record["dynamodb"]["SequenceNumber"]) for record in batch]
        first = next((i for i, number in enumerate(numbers) if number in failed), len(batch))
        return batch[first:]

    def exhausted(self, batch: Records, attempts: int) -> str | None:
        """The condition, by its name in an invocation record, that ends the retries."""
        retries = self.mapping.get("MaximumRetryAttempts", -1)
        if retries >= 0 and attempts > retries:
            return "RetryAttemptsExhausted"
        return "RecordAgeExceeded" if self.is_too_old(batch) else None

    def is_too_old(self, batch: Records) -> bool:
        limit = self.mapping.get("MaximumRecordAgeInSeconds", -1)
        oldest = min(float(r["dynamodb"]["ApproximateCreationDateTime"]) for r in batch)
        return bool(limit >= 0 and time.time() - oldest > limit)

    def give_up(self, failed: FailedBatch) -> None:
        self.mapping["LastProcessingResult"] = f"PROBLEM: {failed.condition}"
        destination = (self.mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
        if destination.get("Destination"):
            send(self.settings, self.mapping, self.function, failed)
