"""All functions of the stack, by what runs them: found, not listed, so that none is forgotten."""

from dataclasses import dataclass
from typing import Self, TypeVar

from aws_cdk import Stack
from constructs import Construct

from stacks.constructs.consumer import Consumer
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.query_apis import QueryApis
from stacks.constructs.scheduled_function import ScheduledFunction
from stacks.constructs.stream_consumer import StreamConsumer

Fed = Consumer | StreamConsumer | ScheduledFunction | QueryApis
Kind = TypeVar("Kind", bound=Construct)


@dataclass(frozen=True)
class Fleet:
    consumers: list[Consumer]
    streams: list[StreamConsumer]
    clocks: list[ScheduledFunction]
    apis: list[QueryApis]
    functions: list[PythonFunction]

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """Find what the stack holds by now."""
        return cls(
            consumers=every(Consumer, stack),
            streams=every(StreamConsumer, stack),
            clocks=every(ScheduledFunction, stack),
            apis=every(QueryApis, stack),
            functions=every(PythonFunction, stack),
        )

    def __getitem__(self, folder: str) -> PythonFunction:
        [found] = [each for each in self.functions if each.folder == folder]
        return found

    @property
    def fed(self) -> list[Fed]:
        """What gets traffic: from queues, from the stream, by the clock, from people."""
        return [*self.consumers, *self.streams, *self.clocks, *self.apis]

    @property
    def guards(self) -> list[PythonFunction]:
        """The others: CodeDeploy or an alarm invokes them."""
        fed = [each.function for each in self.fed]
        return [each for each in self.functions if each not in fed]


def every(kind: type[Kind], within: Stack) -> list[Kind]:
    return [node for node in within.node.find_all() if isinstance(node, kind)]
