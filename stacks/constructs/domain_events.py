"""The bus on which other systems hear of pictures: their rules are theirs."""

from aws_cdk import aws_events as events
from constructs import Construct

from stacks.constructs.outputs import output
from stacks.constructs.permissions import HasRole, allow_arn


class DomainEvents(Construct):
    def __init__(self, scope: Construct, id_: str, *, speaker: HasRole) -> None:
        """Make a bus, on which *speaker* alone may speak."""
        super().__init__(scope, id_)
        self.bus = events.EventBus(
            self, "Bus", description="What became of pictures: image.ready, .rejected, .removed."
        )
        allow_arn(speaker, ["events:PutEvents"], self.bus.event_bus_arn)
        output(self, "EventBus", self.bus.event_bus_name)
