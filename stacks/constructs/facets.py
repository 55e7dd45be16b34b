"""The facets that consumers own, read when all of them are there."""

import jsii
from aws_cdk import IStableStringProducer, Lazy
from constructs import IConstruct

from stacks.constructs.consumer import Consumer


@jsii.implements(IStableStringProducer)
class Folders:
    def __init__(self, scope: IConstruct) -> None:
        self.scope = scope

    def produce(self) -> str:
        children = self.scope.node.children
        return ",".join(sorted(c.function.folder for c in children if isinstance(c, Consumer)))


@jsii.implements(IStableStringProducer)
class Facets:
    def __init__(self, scope: IConstruct) -> None:
        self.scope = scope

    @property
    def consumers(self) -> str:
        """The functions that own them, with commas between."""
        return Lazy.string(Folders(self.scope))

    @property
    def text(self) -> str:
        """With commas between them; which they are is known only when the app is synthesized."""
        return Lazy.string(self)

    def produce(self) -> str:
        children = self.scope.node.children
        facets = [child.facet for child in children if isinstance(child, Consumer)]
        if len(set(facets)) != len(facets):
            raise ValueError(f"two consumers own the same facet: {', '.join(sorted(facets))}")
        return ",".join(sorted(facets))
