"""Send what Lambda gave up on to the mapping's on-failure destination.

Part of the repair in dynamodb_streams. As on AWS it is sent by the function's own role, so a
missing grant shows, and only a bucket receives the records themselves. Shapes and object key:
"Retain discarded batch records" in the Lambda developer guide, for DynamoDB.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

from local.emulator.repairs import role_credentials
from local.emulator.settings import Settings

SHARD = "shardId-00000000000000000000-00000000"  # ministack's streams have one
SESSION = "on-failure-destination"

log = logging.getLogger("darkroom")


@dataclass(frozen=True)
class FailedBatch:
    records: list[dict[str, Any]]
    result: dict[str, Any]
    condition: str
    attempts: int


def send(
    settings: Settings, mapping: dict[str, Any], function: dict[str, Any], failed: FailedBatch
) -> None:
    config = function.get("config") or function
    destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    service, name = destination.split(":")[2], destination.split(":")[-1]
    record = invocation_record(mapping, config, failed)
    client = client_of_role(settings, service, config)
    try:
        if service == "s3":
            body = json.dumps({**record, "payload": payload(failed)})
            client.put_object(Bucket=name, Key=object_key(mapping), Body=body.encode())
        elif service == "sqs":
            url = client.get_queue_url(QueueName=name)["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=json.dumps(record))
        else:
            client.publish(TopicArn=destination, Message=json.dumps(record))
    except ClientError as error:
        # Lambda drops the batch as well, and only counts DestinationDeliveryFailures.
        log.error("%s: the failed batch is lost: %s", config["FunctionName"], error)


def client_of_role(settings: Settings, service: Any, config: dict[str, Any]) -> Any:
    credentials = role_credentials.assume(
        config["Role"], session=SESSION, lifetime=settings.credentials_lifetime
    )
    return boto3.client(
        service,
        endpoint_url=settings.endpoint,
        verify=str(settings.certificate),
        region_name=config["FunctionArn"].split(":")[3],
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=credentials["AWS_SESSION_TOKEN"],
    )


def payload(failed: FailedBatch) -> str:
    """The event as the function received it: JSON within the JSON of the record."""
    return json.dumps({"Records": failed.records})


def object_key(mapping: dict[str, Any]) -> str:
    now = datetime.now(UTC)
    name = f"{now:%Y-%m-%dT%H.%M.%S}-{uuid4()}"
    return f"aws/lambda/{mapping['UUID']}/{SHARD}/{now:%Y/%m/%d}/{name}"


def invocation_record(
    mapping: dict[str, Any], config: dict[str, Any], failed: FailedBatch
) -> dict[str, Any]:
    first, last = failed.records[0]["dynamodb"], failed.records[-1]["dynamodb"]
    # A partial batch response is no error of the function.
    function_error = {"functionError": "Unhandled"} if failed.result.get("error") else {}
    return {
        "requestContext": {
            "requestId": str(uuid4()),
            "functionArn": mapping["FunctionArn"],
            "condition": failed.condition,
            "approximateInvokeCount": failed.attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": config.get("Version", "$LATEST"),
            **function_error,
        },
        "version": "1.0",
        "timestamp": iso(datetime.now(UTC).timestamp()),
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": str(first["SequenceNumber"]),
            "endSequenceNumber": str(last["SequenceNumber"]),
            "approximateArrivalOfFirstRecord": iso(first["ApproximateCreationDateTime"]),
            "approximateArrivalOfLastRecord": iso(last["ApproximateCreationDateTime"]),
            "batchSize": len(failed.records),
            "streamArn": mapping["EventSourceArn"],
        },
    }


def iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(float(seconds), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
