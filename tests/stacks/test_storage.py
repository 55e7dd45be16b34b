"""What holds data is private, encrypted, recoverable, and outlives its stack where it must."""

import pytest
from aws_cdk import App

from stacks.config import production, sandbox
from stacks.storage_stack import StorageStack
from tests.stacks.synthesis import Deployment, Resource, statements, synthesize

STATEFUL = ("AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::KMS::Key", "AWS::Logs::LogGroup")


def bucket(stage: Deployment, name: str) -> Resource:
    [found] = [each for each in stage.all("AWS::S3::Bucket") if each.id.startswith(name)]
    return found


def rules(bucket: Resource) -> dict[str, dict[str, object]]:
    return {each["Id"]: each for each in bucket.properties["LifecycleConfiguration"]["Rules"]}


def test_data_outlives_production_and_nothing_else(stage: Deployment) -> None:
    for resource in stage.all(*STATEFUL):
        wanted = "Retain" if stage.config.name == "production" else "Delete"
        assert resource.body["DeletionPolicy"] == wanted, resource
        assert resource.body["UpdateReplacePolicy"] == wanted, resource


def test_every_bucket_is_private_encrypted_and_its_owners(stage: Deployment) -> None:
    for each in stage.all("AWS::S3::Bucket"):
        assert set(each.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert "ServerSideEncryptionConfiguration" in each.properties["BucketEncryption"]
        ownership = each.properties["OwnershipControls"]["Rules"]
        assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert "unfinished-uploads" in rules(each)


def test_every_bucket_refuses_old_tls(stage: Deployment) -> None:
    for each in stage.all("AWS::S3::BucketPolicy"):
        conditions = [s["Condition"] for s in statements(each) if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in conditions


def test_originals_are_versioned_and_get_colder_and_old_versions_go(stage: Deployment) -> None:
    originals = bucket(stage, "Originals")
    assert originals.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rules(originals)["colder"]["Transitions"] == [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": 45}
    ]
    old = rules(originals)["old-versions"]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": stage.config.noncurrent_days}
    assert old["ExpiredObjectDeleteMarker"] is True
    assert not any("ExpirationInDays" in rule for rule in rules(originals).values())


@pytest.mark.exhaustive
def test_thumbnails_expire_only_where_configured(stage: Deployment) -> None:
    assert "expiry" not in rules(bucket(stage, "Thumbnails"))
    assert "VersioningConfiguration" not in bucket(stage, "Thumbnails").properties
    short = bucket(synthesize(stage.config, thumbnails_days=7), "Thumbnails")
    assert rules(short)["expiry"]["ExpirationInDays"] == 7


def test_what_a_sweep_puts_aside_goes_soon_and_its_reports_later(stage: Deployment) -> None:
    reports = rules(bucket(stage, "Reports"))
    assert (reports["spool"]["Prefix"], reports["spool"]["ExpirationInDays"]) == ("spool/", 7)
    assert reports["expiry"]["ExpirationInDays"] == stage.config.reports_days
    assert "Prefix" not in reports["expiry"]


def test_browsers_may_upload_from_configured_origins_only(stage: Deployment) -> None:
    cors = bucket(stage, "Originals").properties.get("CorsConfiguration")
    origins = cors["CorsRules"][0]["AllowedOrigins"] if cors else []
    page = ["https://Distribution.DomainName"] if stage.config.gallery else []
    assert [*map(stage.named, origins)] == [*stage.config.cors_origins, *page]
    assert "CorsConfiguration" not in bucket(stage, "Thumbnails").properties


def test_production_answers_no_browser_until_it_is_told_which(production: Deployment) -> None:
    assert production.config.cors_origins == ()


def test_every_table_can_be_recovered_and_forgets_tombstones(stage: Deployment) -> None:
    for table in stage.all("AWS::DynamoDB::GlobalTable"):
        properties = table.properties
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["TimeToLiveSpecification"] == {
            "AttributeName": "expires_at",
            "Enabled": True,
        }
        assert {key["AttributeName"] for key in properties["KeySchema"]} == {"pk", "sk"}
        [replica] = properties["Replicas"]
        recovery = replica["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
        assert replica["DeletionProtectionEnabled"] is stage.config.keep_data


def test_the_catalog_tells_what_was_and_what_is(stage: Deployment) -> None:
    [catalog] = [t for t in stage.all("AWS::DynamoDB::GlobalTable") if "Catalog" in t.id]
    stream = catalog.properties["StreamSpecification"]
    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_stage_whose_bucket_name_would_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="is 17 too long"):
        StorageStack(App(), "A" * 48, config=sandbox())


def test_only_a_sandbox_empties_its_buckets(stage: Deployment) -> None:
    emptied = stage.all("Custom::S3AutoDeleteObjects")
    buckets = stage.all("AWS::S3::Bucket") if stage.config.name == "sandbox" else []
    assert len(emptied) == len(buckets)


@pytest.mark.exhaustive
def test_production_names_no_account_and_no_region() -> None:
    text = str(synthesize(production()).templates)
    assert "us-east-1" not in text
    assert "eu-west" not in text


def test_production_logs_who_reaches_for_its_data(production: Deployment) -> None:
    log = bucket(production, "AccessLogs")
    assert rules(log)["expiry"]["ExpirationInDays"] == production.config.access_log_days
    for name in ("Originals", "Thumbnails", "Reports"):
        logging = bucket(production, name).properties["LoggingConfiguration"]
        assert logging == {"DestinationBucketName": {"Ref": log.id}, "LogFilePrefix": f"{name}/"}
