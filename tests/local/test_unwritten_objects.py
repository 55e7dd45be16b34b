"""Contract of local/emulator/repairs/unwritten_objects.py."""

import resource
import sys
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.cloud import Cloud
from tests.local.clouds import running
from tests.local.workbench import Workbench

LIMIT = 1 << 20  # of a file's size, above that of the log


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process")
def test_an_upload_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with running(Cloud(tmp_path)) as cloud:
        bucket = Workbench(cloud).bucket()
        once = Config(proxies={}, retries={"total_max_attempts": 1})
        s3 = cloud.session.client("s3", **{**cloud.connection(), "config": once})
        pid = cloud.emulator.pid()
        assert pid is not None
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LIMIT, hard))

        with pytest.raises(ClientError, match=r"InternalError.*File too large"):
            s3.put_object(Bucket=bucket, Key="large", Body=bytes(LIMIT + 1))

        s3.put_object(Bucket=bucket, Key="small", Body=b"small")
    with running(Cloud(tmp_path)) as again:
        assert Workbench(again).objects(bucket) == ["small"]
