"""Rules for each resource there is, and for each that is to come."""

from typing import Any

from tests.stacks.synthesis import Deployment, Resource, as_list, statements

UNTAGGABLE = {
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::IAM::Policy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::Lambda::Version",
    "AWS::S3::BucketPolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
# What a name property is called, and what only looks like one: CDK must name a role's inline
# policy, an alias is what it is called, a mapping's function is a reference.
PHYSICAL_NAMES = (
    "AlarmName",
    "BucketName",
    "DashboardName",
    "FunctionName",
    "KeyAlias",
    "LayerName",
    "LogGroupName",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
)
STORES = (
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Logs::LogGroup",
)


def tags(resource: Resource) -> dict[str, str]:
    properties = resource.properties
    found = properties.get("Tags", properties.get("UserPoolTags", []))
    for replica in properties.get("Replicas", []):
        found = replica["Tags"]
    return found if isinstance(found, dict) else {tag["Key"]: tag["Value"] for tag in found}


def comes_from_cdk(resource: Resource) -> bool:
    """The emptier of a sandbox's buckets; its stack's tags reach it all the same."""
    return resource.id.startswith("Custom") or resource.type.startswith("Custom::")


def test_every_resource_carries_its_project_stage_and_owner(stage: Deployment) -> None:
    for resource in stage:
        if resource.type not in UNTAGGABLE and not comes_from_cdk(resource):
            assert tags(resource).items() >= stage.config.tags.items(), resource


def test_nothing_has_a_physical_name(stage: Deployment) -> None:
    for resource in stage:
        for name in PHYSICAL_NAMES:
            value = resource.properties.get(name)
            assert value is None or isinstance(value, dict), resource


def test_nothing_is_public(stage: Deployment) -> None:
    for resource in stage:
        for statement in statements(resource):
            if statement["Effect"] == "Allow":
                principal = statement.get("Principal", {})
                assert "*" not in as_list(principal), resource
                assert "*" not in as_list(principal.get("AWS", "")), resource


def denies_plain_http(resource: Resource) -> bool:
    plain: dict[str, Any] = {"Bool": {"aws:SecureTransport": "false"}}
    return any(
        each["Effect"] == "Deny" and each.get("Condition") == plain and public(each)
        for each in statements(resource)
    )


def public(statement: dict[str, Any]) -> bool:
    return statement["Principal"] in ("*", {"AWS": "*"})


def test_every_bucket_queue_and_topic_is_reached_by_tls_only(stage: Deployment) -> None:
    kinds = {
        "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket"),
        "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
        "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    }
    for kind, (policy_kind, target) in kinds.items():
        protected = set()
        for policy in filter(denies_plain_http, stage.all(policy_kind)):
            protected |= {ref["Ref"] for ref in as_list(policy.properties[target])}
        assert {each.id for each in stage.all(kind)} == protected


def test_everything_that_stores_is_encrypted(stage: Deployment) -> None:
    for resource in stage.all(*STORES):
        properties = resource.properties
        match resource.type:
            case "AWS::S3::Bucket":
                assert properties["BucketEncryption"]
            case "AWS::SQS::Queue":
                assert properties["SqsManagedSseEnabled"] is True
            case "AWS::SNS::Topic":
                assert properties["KmsMasterKeyId"]
            # DynamoDB and CloudWatch Logs encrypt always, with keys of their own.


def test_local_has_no_custom_resources(local: Deployment) -> None:
    assert not [each for each in local if comes_from_cdk(each)]


def test_stacks_have_outputs_by_the_names_that_scripts_rely_on(stage: Deployment) -> None:
    assert stage.outputs("Storage").keys() == {
        "OriginalsBucket",
        "ThumbnailsBucket",
        "CatalogTable",
        "ReportTable",
        "ReportsBucket",
        "UploadsTopic",
        "RepairsTopic",
    }
    assert stage.outputs("Access").keys() == {"UserPool", "UserPoolClient", "LoginUrl"}
    assert stage.outputs("Processing").keys() >= {
        "Api",
        "ProgramsApi",
        "QueryCatalogFunction",
        "MakeThumbnailsQueue",
        "MakeThumbnailsDeadLetters",
        "MakeThumbnailsFunction",
        "IndexMetadataQueue",
        "IndexMetadataDeadLetters",
        "IndexMetadataFunction",
        "ReportChangesFailures",
        "ReportChangesFunction",
        "MakeThumbnailsRepairsQueue",
        "IndexMetadataRepairsQueue",
        "ReconcileFunction",
        "Facets",
        "ReportShards",
        "ThumbnailsDays",
    }


def test_outputs_name_what_they_say(stage: Deployment) -> None:
    assert stage.named(stage.outputs("Storage")["OriginalsBucket"]) == "Originals"
    assert stage.named(stage.outputs("Storage")["ReportTable"]) == "Report"
    outputs = stage.outputs("Processing")
    assert stage.named(outputs["MakeThumbnailsDeadLetters"]) == "MakeThumbnailsDeadLetters"
    assert stage.named(outputs["IndexMetadataQueue"]) == "IndexMetadataQueue"
