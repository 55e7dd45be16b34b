"""A killed cloud continues from its last save; a state that cannot be read is refused by name."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from local import command_line
from local.cloud import Cloud
from local.errors import EmulatorFailed
from tests.local.clouds import running
from tests.local.workbench import Workbench, eventually

TOPIC = {"Type": "AWS::SNS::Topic"}
# A stack with this resource stays CREATE_IN_PROGRESS: nobody sends the signal.
NEVER_DONE = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Wait": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "3600"},
        "DependsOn": "Bucket",
    },
}


def kill(cloud: Cloud) -> None:
    """End the emulator as a lack of memory does."""
    pid = cloud.emulator.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not cloud.is_running())


def make_stack(cloud: Cloud, name: str, **resources: object) -> None:
    template = json.dumps({"Resources": resources})
    cloud.client("cloudformation").create_stack(StackName=name, TemplateBody=template)


def wait_until_saved(cloud: Cloud, text: str) -> None:
    """Wait until the cloud has saved a state with *text*, unasked."""
    file = cloud.home / "state" / "snapshot.json"
    eventually(lambda: file.exists() and text in file.read_text())


def test_what_was_saved_survives_a_kill_before_the_first_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud(tmp_path)
    with running(cloud):
        bench = Workbench(cloud)
        make_stack(cloud, "kept", Topic=TOPIC)
        layer = bench.layer({"python/greeting.py": "GREETING = 'hello'\n" + "#" * 100_000})
        source = "import greeting\ndef handler(event, context):\n    return greeting.GREETING\n"
        function = bench.function(source, Layers=[layer])
        bucket, (table, _) = bench.bucket(), bench.table()
        bench.s3.put_object(Bucket=bucket, Key="cat.jpg", Body=b"cat")
        bench.put(table, "cat.jpg")
        queue, _ = bench.queue()
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody="last-of-all")
        wait_until_saved(cloud, "last-of-all")
        kill(cloud)

    with running(Cloud(tmp_path)) as again:
        bench = Workbench(again)
        assert again.stacks()["kept"] == "CREATE_COMPLETE"
        assert bench.invoke(function).result == "hello"
        assert bench.objects(bucket) == ["cat.jpg"]
        assert bench.dynamodb.scan(TableName=table)["Count"] == 1
        assert not bench.is_empty(queue)
    assert "operations doctor --local --fix" in capsys.readouterr().err


def test_a_start_after_a_stop_reports_no_kill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with running(Cloud(tmp_path)):
            pass

    assert "doctor" not in capsys.readouterr().err


def test_a_cloud_killed_amid_a_deployment_continues_from_before_it(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-the-stack"}}
    with running(cloud):
        make_stack(cloud, "before", Topic=TOPIC)
        wait_until_saved(cloud, "before")
        make_stack(cloud, "cut-off", Bucket=bucket, **NEVER_DONE)
        bench = Workbench(cloud)
        eventually(lambda: "of-the-stack" in str(bench.s3.list_buckets()["Buckets"]))
        bench.s3.put_object(Bucket="of-the-stack", Key="cat.jpg", Body=b"cat")
        with pytest.raises(EmulatorFailed, match="cut-off is being deployed"):
            cloud.emulator.save()
        kill(cloud)

    with running(Cloud(tmp_path)) as again:
        assert set(again.stacks()) == {"before"}
        make_stack(again, "cut-off", Bucket=bucket)
        eventually(lambda: again.stacks()["cut-off"] == "CREATE_COMPLETE")
        assert Workbench(again).objects("of-the-stack") == []


def remove(file: Path) -> None:
    file.unlink()


def tear(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


@pytest.mark.parametrize("damage", [remove, tear])
@pytest.mark.parametrize("part", ["snapshot.json", "blobs/*"])
def test_a_state_that_cannot_be_read_is_refused_with_what_helps(
    tmp_path: Path, damage: Callable[[Path], None], part: str
) -> None:
    cloud = Cloud(tmp_path)
    with running(cloud):
        bench = Workbench(cloud)
        bench.layer({"python/big.txt": os.urandom(50_000).hex()})
        bench.s3.put_object(Bucket=bench.bucket(), Key="cat.jpg", Body=b"cat")
    [file] = (tmp_path / "state").glob(part)
    damage(file)

    with pytest.raises(EmulatorFailed, match=r"cannot be read(.|\n)*local down --delete") as raised:
        Cloud(tmp_path).start()

    assert file.name in str(raised.value)


def test_a_stop_that_could_not_save_does_not_claim_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud(tmp_path)
    obstacle = tmp_path / "state" / "snapshot.partial"
    with running(cloud):
        make_stack(cloud, "saved", Topic=TOPIC)
        wait_until_saved(cloud, "saved")
        obstacle.mkdir()
        with pytest.raises(EmulatorFailed, match=r"could not be saved(.|\n)*directory"):
            cloud.emulator.save()
        assert command_line.main(["--home", str(tmp_path), "down"]) == 1

    printed = capsys.readouterr()
    assert "could not be saved" in printed.err
    assert "is saved" not in printed.err
    assert "kept" not in printed.out
    obstacle.rmdir()
    with running(Cloud(tmp_path)) as again:
        assert set(again.stacks()) == {"saved"}


def test_a_killed_cloud_is_not_called_stopped_and_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud(tmp_path)
    with running(cloud):
        kill(cloud)
        assert command_line.main(["--home", str(tmp_path), "down"]) == 0

    assert "was killed" in capsys.readouterr().out
