"""A whole Darkroom: what a sandbox deploy and the delivery pipeline both deploy."""

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from stacks.config import StageConfig
from stacks.processing_stack import ProcessingStack
from stacks.storage_stack import StorageStack


class DarkroomStage(Stage):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, env: Environment | None = None
    ) -> None:
        super().__init__(scope, id_, env=env)
        self.storage = StorageStack(self, "Storage", config=config)
        self.processing = ProcessingStack(self, "Processing", config=config, storage=self.storage)
        for key, value in config.tags.items():
            Tags.of(self).add(key, value)
