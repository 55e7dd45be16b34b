"""No message is lost, and none is delivered to a stranger."""

from tests.stacks.mappings import mapped, queues
from tests.stacks.synthesis import ROOT, Deployment, Resource, statements

DAY = 24 * 60 * 60


def dead_letter_queues(stage: Deployment) -> set[str]:
    of_queues = [queue.get("RedrivePolicy") for queue in queues(stage).values()]
    of_topics = [
        each.properties.get("RedrivePolicy") for each in stage.all("AWS::SNS::Subscription")
    ]
    named = [policy["deadLetterTargetArn"] for policy in [*of_queues, *of_topics] if policy]
    for schedule in stage.all("AWS::Scheduler::Schedule"):
        named.append(schedule.properties["Target"]["DeadLetterConfig"]["Arn"])
    return {stage.named(each) for each in named}


def test_every_queue_has_dead_letters_or_holds_them(stage: Deployment) -> None:
    dead = dead_letter_queues(stage)
    for name, queue in queues(stage).items():
        if name in dead:
            assert queue["MessageRetentionPeriod"] == 14 * DAY
        else:
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
            assert queue["MessageRetentionPeriod"] == 4 * DAY


def test_every_function_gets_six_times_its_timeout_for_a_message(stage: Deployment) -> None:
    fed = [(queue, name) for name, queue in queues(stage).items() if "RedrivePolicy" in queue]
    assert fed
    for queue, name in fed:
        function, _ = mapped(stage)[name]
        assert queue["VisibilityTimeout"] == 6 * function.properties["Timeout"]


def test_the_readme_says_when_a_message_is_tried_again(stage: Deployment) -> None:
    words = {5: "five", 6: "six"}
    for name in queues(stage).keys() - dead_letter_queues(stage):
        queue = queues(stage)[name]
        minutes = words[queue["VisibilityTimeout"] // 60]
        tries = words[queue["RedrivePolicy"]["maxReceiveCount"]]
        said = f"is tried again after {minutes} minutes, {tries} times in all."
        assert said in (ROOT / "README.md").read_text()


def test_a_queue_keeps_no_more_copies_busy_than_configured_and_repairs_the_least(
    stage: Deployment,
) -> None:
    for name in queues(stage).keys() - dead_letter_queues(stage):
        _, mapping = mapped(stage)[name]
        assert mapping.properties["BatchSize"] == 1
        concurrency = mapping.properties["ScalingConfig"]["MaximumConcurrency"]
        assert concurrency == (2 if name.endswith("Repairs") else stage.config.max_concurrency)


def test_every_consumer_is_subscribed_raw_with_dead_letters_of_its_own(stage: Deployment) -> None:
    subscriptions = [each.properties for each in stage.all("AWS::SNS::Subscription")]
    subscribed = {stage.named(each["Endpoint"]) for each in subscriptions}
    assert subscribed == queues(stage).keys() - dead_letter_queues(stage)
    for each in subscriptions:
        queue = stage.named(each["Endpoint"])
        consumer = queue.removesuffix("Queue").removesuffix("Repairs")
        assert stage.named(each["TopicArn"]) == topic_of(queue)
        dead = stage.named(each["RedrivePolicy"]["deadLetterTargetArn"])
        assert dead == f"{consumer}Undelivered"
        assert each["RawMessageDelivery"] is True
        assert "FilterPolicy" not in each


def topic_of(queue: str) -> str:
    return "Repairs" if queue.endswith("Repairs") else "Uploads"


def test_only_its_topic_may_send_to_a_queue(stage: Deployment) -> None:
    for policy in stage.all("AWS::SQS::QueuePolicy"):
        [queue] = [stage.named(each) for each in policy.properties["Queues"]]
        for statement in statements(policy):
            if statement["Effect"] == "Allow":
                assert statement["Action"] == "sqs:SendMessage"
                assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
                source = stage.named(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
                may = {"Uploads", "Repairs"} if "Undelivered" in queue else {topic_of(queue)}
                assert source in may


def test_the_bucket_announces_creation_removal_expiry_and_restores(stage: Deployment) -> None:
    [bucket] = [b for b in stage.all("AWS::S3::Bucket") if "Originals" in b.id]
    topics = bucket.properties["NotificationConfiguration"]["TopicConfigurations"]
    assert {topic["Event"] for topic in topics} == {
        "s3:ObjectCreated:*",
        "s3:ObjectRemoved:*",
        "s3:LifecycleExpiration:*",
        "s3:ObjectRestore:Completed",
    }
    assert {stage.named(topic["Topic"]) for topic in topics} == {"Uploads"}
    policy = policy_of_topic(stage, "Uploads")
    assert policy.id in bucket.body["DependsOn"]


def policy_of_topic(stage: Deployment, name: str) -> Resource:
    [found] = [p for p in stage.all("AWS::SNS::TopicPolicy") if p.id.startswith(name)]
    return found


def test_nobody_may_publish_repairs_but_by_a_role_of_the_account(stage: Deployment) -> None:
    policy = policy_of_topic(stage, "Repairs")
    assert [each["Effect"] for each in statements(policy)] == ["Deny"]


def test_only_the_bucket_may_publish_uploads(stage: Deployment) -> None:
    policy = policy_of_topic(stage, "Uploads")
    [allowed] = [each for each in statements(policy) if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    source = stage.named(allowed["Condition"]["ArnLike"]["aws:SourceArn"])
    assert source == f"arn:AWS::Partition:s3:::{stage.config.name}-storage-*"


def test_s3_and_cloudwatch_can_publish_to_encrypted_topics(stage: Deployment) -> None:
    for topic in stage.all("AWS::SNS::Topic"):
        assert stage.named(topic.properties["KmsMasterKeyId"]) == "TopicsKey"
    [key] = stage.all("AWS::KMS::Key")
    assert key.properties["EnableKeyRotation"] is True
    [services] = [each for each in statements(key) if "Service" in each["Principal"]]
    assert services["Principal"]["Service"] == ["cloudwatch.amazonaws.com", "s3.amazonaws.com"]
    assert services["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "aws:SourceAccount" in services["Condition"]["StringEquals"]


def test_the_stream_gives_up_on_one_record_and_keeps_it(stage: Deployment) -> None:
    _, mapping = mapped(stage)["Catalog stream"]
    properties = mapping.properties
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["MaximumRetryAttempts"] == 10
    assert 0 < properties["MaximumRecordAgeInSeconds"] < DAY
    kept = stage.named(properties["DestinationConfig"]["OnFailure"]["Destination"])
    assert kept == "ReportChangesFailures"


def test_the_report_hears_of_what_it_counts_and_of_nothing_else(stage: Deployment) -> None:
    _, mapping = mapped(stage)["Catalog stream"]
    [only] = mapping.properties["FilterCriteria"]["Filters"]
    assert only == {"Pattern": '{"dynamodb":{"Keys":{"sk":{"S":["METADATA","THUMBNAILS"]}}}}'}
