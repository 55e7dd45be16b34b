"""What AWS asks: list prices, in dollars, without free tiers and discounts.

The dashboard's estimate and the operator's calculator both read them. Source: the services' own
pricing pages. Undoing: another region or date is another set of these numbers.
"""

REGION = "us-east-1"
AS_OF = "2026-11"

MILLION = 1_000_000

S3_WRITE = 5.00 / MILLION  # PUT, COPY, POST, LIST
S3_READ = 0.40 / MILLION
S3_GB_MONTH = 0.023
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_GB_SECOND = {"x86_64": 16.6667 / MILLION, "arm64": 13.3334 / MILLION}
DYNAMODB_WRITE_UNIT = 0.625 / MILLION
DYNAMODB_READ_UNIT = 0.125 / MILLION
DYNAMODB_GB_MONTH = 0.25 + 0.20  # with point-in-time recovery
DYNAMODB_INDEX_GB_MONTH = 0.25  # no index is backed up: it is made anew from its table
EVENTBRIDGE_EVENT = 1.00 / MILLION  # what a rule does with it is the listener's affair
SNS_PUBLISH = 0.50 / MILLION  # what it delivers to SQS is free
SQS_REQUEST = 0.40 / MILLION
LOGS_GB = 0.50
LOGS_GB_MONTH = 0.03
XRAY_TRACE = 5.00 / MILLION
KMS_KEY_MONTH = 1.00
KMS_REQUEST = 0.03 / 10_000
ALARM_METRIC_MONTH = 0.10  # for each metric that an alarm looks at
COMPOSITE_ALARM_MONTH = 0.50
CUSTOM_METRIC_MONTH = 0.30
SCHEDULER_INVOCATION = 1.00 / MILLION
