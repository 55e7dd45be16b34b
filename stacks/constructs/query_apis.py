"""A function behind two HTTP APIs: people come with tokens, programs with roles."""

from collections.abc import Sequence
from typing import Unpack

from constructs import Construct

from stacks.constructs.http_api import HttpApi, Tokens
from stacks.constructs.python_function import FunctionProps, PythonFunction
from stacks.constructs.routes import routes_of


class QueryApis(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        tokens: Tokens,
        origins: Sequence[str],
        **function: Unpack[FunctionProps],
    ) -> None:
        """Offer the routes of the function's OpenAPI document by both; pages come by the first."""
        super().__init__(scope, id_)
        config, routes = function["config"], routes_of(function["folder"])
        self.function = PythonFunction(self, "Function", **function)
        self.people = HttpApi(
            self,
            "Api",
            function=self.function,
            routes=routes,
            tokens=tokens,
            origins=origins,
            config=config,
        )
        self.programs = HttpApi(
            self,
            "ProgramsApi",
            function=self.function,
            routes=routes,
            tokens=None,
            config=config,
        )
