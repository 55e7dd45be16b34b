"""The role of the end-to-end tests: pictures in, under a prefix of theirs, and look at what comes.

This is the one place that says what they may do; the pipeline's build may only assume it.
"""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.config import OWN_ACCOUNT
from stacks.constructs.accepted import accept_objects
from stacks.constructs.outputs import output
from stacks.storage_stack import StorageStack

FOLDERS = "end-to-end-*"
NAMES_ARE_HASHES = "Thumbnails are named by hashes: no pattern is the tests' own. They only read."


class EndToEndRole(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, storage: StorageStack, trusted_account: str
    ) -> None:
        super().__init__(scope, id_)
        account = Aws.ACCOUNT_ID if trusted_account == OWN_ACCOUNT else trusted_account
        self.role = iam.Role(
            self,
            "Role",
            description="Darkroom's end-to-end tests",
            # Whom that account allows to assume it: trust alone lets nobody in.
            assumed_by=iam.AccountPrincipal(account),
        )
        self._allow(["s3:DeleteObject", "s3:PutObject"], storage.originals.arn_for_objects(FOLDERS))
        # ListBucket: without it S3 answers 403, not 404, for a thumbnail that is gone.
        self._allow(["s3:ListBucket"], storage.thumbnails.bucket_arn)
        self._allow(["s3:GetObject"], storage.thumbnails.arn_for_objects("*"))
        self._allow(["dynamodb:GetItem"], storage.catalog.table_arn)
        self._allow(["dynamodb:GetItem"], storage.report.table_arn)
        accept_objects(self.role, storage.originals, FOLDERS, because="Its own prefix, in full.")
        accept_objects(self.role, storage.thumbnails, because=NAMES_ARE_HASHES)
        output(self, "EndToEndRole", self.role.role_arn)

    def _allow(self, actions: list[str], arn: str) -> None:
        self.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[arn]))
