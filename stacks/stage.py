"""A whole Darkroom: what a sandbox deploy and the delivery pipeline both deploy."""

from aws_cdk import Environment, Stage, Tags
from constructs import Construct

from stacks.access_stack import AccessStack
from stacks.config import StageConfig
from stacks.gallery_stack import GalleryStack
from stacks.page_stack import PageStack
from stacks.processing_stack import ProcessingStack
from stacks.storage_stack import StorageStack


class DarkroomStage(Stage):
    def __init__(
        self, scope: Construct, id_: str, *, config: StageConfig, env: Environment | None = None
    ) -> None:
        super().__init__(scope, id_, env=env)
        # The page's address first, for all others answer to it; what it says of them comes last.
        self.gallery = GalleryStack(self, "Gallery", config=config) if config.gallery else None
        origins = [self.gallery.origin] if self.gallery else []
        self.storage = StorageStack(self, "Storage", config=config, origins=origins)
        self.access = AccessStack(self, "Access", config=config, origins=origins)
        self.processing = ProcessingStack(
            self,
            "Processing",
            config=config,
            storage=self.storage,
            access=self.access,
            origins=origins,
        )
        if self.gallery:
            PageStack(
                self,
                "Page",
                config=config,
                gallery=self.gallery,
                storage=self.storage,
                access=self.access,
                api=self.processing.query.people.api.attr_api_endpoint,
            )
        for key, value in config.tags.items():
            Tags.of(self).add(key, value)
