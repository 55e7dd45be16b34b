"""What the pipeline must be told: where the code is, and which accounts it goes to."""

import json
import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Literal, Self

from stacks.config import ConfigError, require, require_one_of

GITHUB_REPOSITORY = r"[\w.-]+/[\w.-]+"
CODECOMMIT_REPOSITORY = r"[\w.-]{1,100}"
# The service was renamed; connections that are older keep their names.
CONNECTION = (
    r"arn:aws[a-z-]*:(?P<service>codeconnections|codestar-connections)"
    r":(?P<region>[a-z0-9-]+):(?P<account>\d{12}):connection/[0-9a-f-]{36}"
)


@dataclass(frozen=True, kw_only=True)
class DeliveryConfig:
    """The pipeline's own settings; those of the stages that it deploys are in `StageConfig`."""

    source: Literal["github", "codecommit"] = "github"
    repository: str
    """`owner/name` on GitHub, the name alone in CodeCommit."""
    branch: str = "main"
    connection_arn: str | None = None
    """Of a connection that somebody has completed by hand: GitHub only."""
    account: str
    """Where the pipeline lives."""
    sandbox_account: str
    production_account: str
    region: str
    alarm_email: str | None = None
    artifact_days: int = 90
    log_days: int = 90
    rebuild_on: str | None = "MON"
    """The day of the week on which the pipeline runs without a push; `None`: never."""

    def __post_init__(self) -> None:
        require_one_of(self.source, "source", ("github", "codecommit"))
        self._check_repository()
        self._check_connection()
        for field in ("account", "sandbox_account", "production_account"):
            value = getattr(self, field)
            require(matches(r"\d{12}", value), field, "be an account's twelve digits", value)
        region = matches(r"[a-z]{2}(-[a-z]+)+-\d", self.region)
        require(region, "region", "be a region like eu-west-1", self.region)
        email = self.alarm_email is None or matches(r"[^@\s]+@[^@\s]+", self.alarm_email)
        require(email, "alarm_email", "be an e-mail address", self.alarm_email)
        require(
            type(self.artifact_days) is int and self.artifact_days > 0,
            "artifact_days",
            "be more than 0",
            self.artifact_days,
        )
        require_one_of(self.log_days, "log_days", LOG_DAYS)
        require_one_of(self.rebuild_on, "rebuild_on", (None, *WEEKDAYS))

    def _check_repository(self) -> None:
        github = self.source == "github"
        pattern = GITHUB_REPOSITORY if github else CODECOMMIT_REPOSITORY
        must = "be owner/name" if github else "be the name of a CodeCommit repository"
        require(matches(pattern, self.repository), "repository", must, self.repository)
        branch = matches(r"[\w./-]+", self.branch)
        require(branch, "branch", "be the name of a branch", self.branch)

    def _check_connection(self) -> None:
        if self.source == "codecommit":
            absent = self.connection_arn is None
            require(absent, "connection_arn", "be left out for CodeCommit", self.connection_arn)
            return
        found = re.fullmatch(CONNECTION, self.connection_arn or "")
        must = "be the ARN of a connection to GitHub (docs/delivery.md says how to make one)"
        require(found is not None, "connection_arn", must, self.connection_arn)
        here = found and (found["region"], found["account"]) == (self.region, self.account)
        must = "be in the pipeline's own account and region"
        require(bool(here), "connection_arn", must, self.connection_arn)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read *file*. Raises ConfigError, naming the file and the fields that are wrong."""
        try:
            found = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise ConfigError(f"{file} cannot be read: {error}") from error
        known = {field.name: field for field in fields(cls)}
        require(isinstance(found, dict), str(file), "be a JSON object", found)
        if unknown := sorted(found.keys() - known.keys()):
            raise ConfigError(f"{file} has fields that mean nothing: {', '.join(unknown)}")
        needed = {name for name, field in known.items() if field.default is MISSING}
        if missing := sorted(needed - found.keys()):
            raise ConfigError(f"{file} lacks {', '.join(missing)}")
        return cls(**found)


LOG_DAYS = (30, 90, 180, 365)
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def matches(pattern: str, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
