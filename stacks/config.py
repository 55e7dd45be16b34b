"""Every difference between stages."""

import json
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

# A message lives at most four days in a queue and fourteen in its dead letters; a redrive gives it
# those four again. A tombstone that went earlier would let a late message bring a picture back.
LONGEST_MESSAGE_LIFE_DAYS = 4 + 14 + 4

# CloudWatch Logs takes no other numbers; the names are CDK's.
LOG_RETENTION = {
    1: "ONE_DAY",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    90: "THREE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
}
# The colder classes that can be read at once, and the days S3 wants an object to have before them.
COLD_CLASSES = {"STANDARD_IA": 30, "ONEZONE_IA": 30, "INTELLIGENT_TIERING": 1, "GLACIER_IR": 1}


class ConfigError(ValueError):
    """A stage's configuration cannot work; the message names the field."""


def require(condition: bool, field: str, must: str, value: object) -> None:
    if not condition:
        raise ConfigError(f"{field} must {must}, not {value!r}")


def require_one_of(value: object, field: str, allowed: Iterable[object]) -> None:
    require(value in tuple(allowed), field, f"be one of {', '.join(map(str, allowed))}", value)


@dataclass(frozen=True)
class Variant:
    """One thumbnail of every picture: its long edge in pixels, and how it is made and written.

    `fit` scales the whole picture; `fill` crops it to a square and `pad` lays it on one, both of
    `long_edge`. Where `format` cannot be transparent, the picture is laid on `background`.
    """

    name: str
    long_edge: int
    format: Literal["JPEG", "WEBP", "AVIF"] = "JPEG"
    quality: int = 82
    fit: Literal["fit", "fill", "pad"] = "fit"
    background: str = "#ffffff"

    def __post_init__(self) -> None:
        require(bool(re.fullmatch("[a-z0-9-]+", self.name)), "name", "be of a-z, 0-9, -", self.name)
        require(1 <= self.long_edge <= 4096, "long_edge", "be 1..4096", self.long_edge)
        require_one_of(self.format, "format", ("JPEG", "WEBP", "AVIF"))
        require_one_of(self.fit, "fit", ("fit", "fill", "pad"))
        is_colour = bool(re.fullmatch("#[0-9a-f]{6}", self.background))
        require(is_colour, "background", "be like #ffffff", self.background)
        require(1 <= self.quality <= 100, "quality", "be 1..100", self.quality)


@dataclass(frozen=True)
class Target:
    """The Python and the platform that functions run on, and that layers are built for."""

    python: str
    architecture: Literal["arm64", "x86_64"]
    platform: str | None = None
    """uv's name for it; None is the interpreter that runs this."""


# Amazon Linux 2023, which Lambda's Python 3.13 runs on, has glibc 2.34; wheels want 2.28 at most.
LAMBDA = Target("3.13", "arm64", "aarch64-manylinux_2_28")
# For a function that needs a wheel which nobody builds for arm64.
LAMBDA_X86 = Target("3.13", "x86_64", "x86_64-manylinux_2_28")
# How a new version gets its traffic: AWS's names, and CDK's for them.
DEPLOYMENTS = {
    "AllAtOnce": "ALL_AT_ONCE",
    **{f"Canary10Percent{n}Minutes": f"CANARY_10_PERCENT_{n}_MINUTES" for n in (5, 10, 15, 30)},
    "Linear10PercentEvery1Minute": "LINEAR_10_PERCENT_EVERY_1_MINUTE",
    **{
        f"Linear10PercentEvery{n}Minutes": f"LINEAR_10_PERCENT_EVERY_{n}_MINUTES"
        for n in (2, 3, 10)
    },
}
# A key of KMS: IAM grants nothing on an alias.
KEY_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+"
# The account that a stage itself is in.
OWN_ACCOUNT = "own"
LOCALHOST = ("http://localhost:*", "http://127.0.0.1:*")


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """What one stage wants. Days and bytes are plain numbers; `None` means never."""

    name: str
    owner: str
    target: Target = LAMBDA
    resizing_target: Target = LAMBDA_X86
    """Where the SIMD resampler runs: it has no arm64 wheel."""
    keep_data: bool
    """Buckets, tables and keys outlive their stack, and tables refuse deletion."""
    empty_buckets: bool = False
    """A custom resource empties buckets before they are destroyed."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_days: int = 30
    alarm_email: str | None = None
    cors_origins: tuple[str, ...] = ()
    decrypt_keys: tuple[str, ...] = ()
    """ARNs of the keys of KMS, besides S3's own, under which originals may come."""
    cold_after_days: int | None = 45
    cold_class: str = "STANDARD_IA"
    noncurrent_days: int = 30
    multipart_days: int = 7
    thumbnails_days: int | None = None
    failures_days: int = 90
    access_log_days: int | None = None
    """How long it is kept who reached for the buckets of the storage stack; `None`: not at all."""
    tested_by: str | None = None
    """The account, or `own`, that may assume the end-to-end tests' role; None: there is none."""
    sweep_scheduled: bool = True
    """Sweeps begin by themselves, and not only when someone asks for one."""
    sweep_hours: int = 24
    sweep_grace_minutes: int = 60
    """What changed less than that ago, a sweep leaves alone: it may be under way."""
    reports_days: int = 365
    recount_objects: int = 100_000
    """The daily report recounts all objects up to so many; of more, a sample of so many."""
    variants: tuple[Variant, ...] = (
        Variant("small", 128),
        Variant("medium", 512),
        Variant("large", 1024),
    )
    max_bytes: int = 64 * 1024 * 1024
    decoding_mb: int = 1100
    """What decoding one picture may take; its cost is reckoned from its header."""
    gps: Literal["off", "coarse", "full"] = "off"
    keep_credits: bool = False
    """Thumbnails keep the artist and the copyright that a picture names."""
    tombstone_days: int = 45
    report_shards: int = 8
    report_parallelization: int = 1
    """How many batches of each of the stream's shards are counted at once."""
    max_concurrency: int = 10
    """How many copies of one consumer's function its queue may keep busy."""
    deployment: str | None = None
    """One of `DEPLOYMENTS`, with hooks and rollback; `None`: the alias just moves."""
    probe_minutes: int | None = None
    """How often a picture of our own is sent all the way; `None`: only when someone asks for it."""
    runaway_per_hour: int = 100_000
    """More uploads, or runs for changes, than that, and all consumers are switched off."""
    runaway_ratio: int | None = 20
    """So many runs for each upload and repair, and they are as well; `None`: no such alarm."""
    trace_uploads: bool = True
    """X-Ray traces what uploads run: one run a second and 5 % of the rest, which nobody can set."""
    slo_ready_seconds: int = 60
    """How soon after its upload a picture shall have each of its facets."""
    slo_target: float = 99.5
    """How many in a hundred uploads shall be that fast."""
    catalog_indexes: int = 10
    """How many of the catalog's indexes there are; a table that exists takes one a deployment."""
    gallery: bool = True
    """The page is served by CloudFront; where it is not, something else serves it."""
    gallery_domain: str | None = None
    """The page's own name; `gallery_certificate` is that of ACM for it, in us-east-1."""
    gallery_certificate: str | None = None
    page_origins: tuple[str, ...] = ()
    """Where else the page may be, to log in and to call the API from; no wildcards."""
    identity_providers: tuple[str, ...] = ()
    """Names of providers that were added to the pool (docs/access.md): people may come by them."""
    sign_up: bool = False
    """Anybody may register; whoever does belongs to no owner until an administrator says so."""
    token_minutes: int = 30
    """How long a token of a user is good for; a page gets new ones for `session_hours`."""
    session_hours: int = 12
    api_rate: int = 50
    """How many requests a second each API takes, and how many at once, before it answers 429."""
    api_burst: int = 100
    url_seconds: int = 900
    """How long a presigned URL is good for."""

    def __post_init__(self) -> None:
        for field in POSITIVE:
            value = getattr(self, field)
            require(value is None or value > 0, field, "be more than 0", value)
        names = [variant.name for variant in self.variants]
        require(bool(names), "variants", "name at least one variant", names)
        require(len(set(names)) == len(names), "variants", "have names of their own", names)
        require(
            self.tombstone_days > LONGEST_MESSAGE_LIFE_DAYS,
            "tombstone_days",
            f"outlive every message: be more than {LONGEST_MESSAGE_LIFE_DAYS}",
            self.tombstone_days,
        )
        require_one_of(self.log_level, "log_level", ("DEBUG", "INFO", "WARNING", "ERROR"))
        require_one_of(self.gps, "gps", ("off", "coarse", "full"))
        require_one_of(self.log_days, "log_days", LOG_RETENTION)
        require_one_of(self.cold_class, "cold_class", COLD_CLASSES)
        require(
            self.sweep_grace_minutes >= 0,
            "sweep_grace_minutes",
            "be 0 or more",
            self.sweep_grace_minutes,
        )
        require_one_of(self.report_parallelization, "report_parallelization", range(1, 11))
        require_one_of(self.deployment, "deployment", (None, *DEPLOYMENTS))
        # Each message has five tries; below, an hour of failures would look like a runaway.
        require(
            self.runaway_ratio is None or self.runaway_ratio > 5,
            "runaway_ratio",
            "be more than 5",
            self.runaway_ratio,
        )
        require(0 < self.slo_target < 100, "slo_target", "be between 0 and 100", self.slo_target)
        require(5 <= self.token_minutes <= 1440, "token_minutes", "be 5..1440", self.token_minutes)
        # By the credentials of a role, S3 takes a presigned URL no longer than they live.
        require(1 <= self.url_seconds <= 3600, "url_seconds", "be 1..3600", self.url_seconds)
        self._check_cold_days()
        self._check_access()
        self._check_origins()

    def _check_cold_days(self) -> None:
        least = COLD_CLASSES[self.cold_class]
        require(
            self.cold_after_days is None or self.cold_after_days >= least,
            "cold_after_days",
            f"be {least} or more for {self.cold_class}",
            self.cold_after_days,
        )

    def _check_access(self) -> None:
        tester = self.tested_by in (None, OWN_ACCOUNT) or re.fullmatch(r"\d{12}", self.tested_by)
        require(bool(tester), "tested_by", "be `own` or twelve digits", self.tested_by)
        for key in self.decrypt_keys:
            is_key = bool(re.fullmatch(KEY_ARN, key))
            require(is_key, "decrypt_keys", "be ARNs of keys, arn:…:kms:…:key/…", key)
        # An SQS event source takes 2 to 1,000.
        require(
            2 <= self.max_concurrency <= 1000, "max_concurrency", "be 2..1000", self.max_concurrency
        )
        require(
            not (self.keep_data and self.empty_buckets),
            "empty_buckets",
            "be off where data is kept",
            True,
        )

    def _check_origins(self) -> None:
        both = (self.gallery_domain is None) == (self.gallery_certificate is None)
        require(both, "gallery_certificate", "come with gallery_domain", self.gallery_certificate)
        for origin in self.cors_origins:
            is_origin = bool(re.match("https?://[^/]+$", origin))
            require(is_origin, "cors_origins", "be scheme://host", origin)
        for origin in self.page_origins:
            # Cognito calls no page back by plain http but one on the same machine.
            safe = bool(re.match(r"https://[^/*]+$|http://localhost(:\d+)?$", origin))
            require(safe, "page_origins", "be https://host or http://localhost:port", origin)

    @property
    def variants_json(self) -> str:
        """The variants as the functions' environment carries them."""
        return json.dumps([asdict(variant) for variant in self.variants], separators=(",", ":"))

    @property
    def max_memory(self) -> int:
        """`decoding_mb` in bytes."""
        return self.decoding_mb * 1024 * 1024

    @property
    def metrics_namespace(self) -> str:
        """Where the functions count: stages of one account do not see each other's numbers."""
        return f"Darkroom/{self.name}"

    @property
    def tags(self) -> dict[str, str]:
        return {"project": "darkroom", "stage": self.name, "owner": self.owner}


POSITIVE = (
    "cold_after_days",
    "noncurrent_days",
    "multipart_days",
    "thumbnails_days",
    "failures_days",
    "access_log_days",
    "sweep_hours",
    "reports_days",
    "recount_objects",
    "max_bytes",
    "decoding_mb",
    "report_shards",
    "slo_ready_seconds",
    "probe_minutes",
    "runaway_per_hour",
    "session_hours",
    "api_rate",
    "api_burst",
)


def local() -> StageConfig:
    """The user's own machine: nothing is kept, and no custom resources (their Lambda is Node)."""
    return StageConfig(
        name="local",
        owner="local",
        target=host(),
        resizing_target=host(),
        keep_data=False,
        log_level="DEBUG",
        log_days=1,
        cors_origins=LOCALHOST,
        max_concurrency=4,
        tested_by=OWN_ACCOUNT,
        sweep_scheduled=False,
        sweep_grace_minutes=0,
        # CloudFront's content comes by a custom resource; `local/gallery` serves the page.
        gallery=False,
    )


def sandbox() -> StageConfig:
    """One developer's own account: destroyed without a trace."""
    return StageConfig(
        name="sandbox",
        owner="darkroom-developers",
        keep_data=False,
        empty_buckets=True,
        log_level="DEBUG",
        log_days=7,
        cors_origins=LOCALHOST,
        page_origins=("http://localhost:5173",),
        tested_by=OWN_ACCOUNT,
    )


def production() -> StageConfig:
    return StageConfig(
        name="production",
        owner="darkroom-operators",
        keep_data=True,
        log_days=90,
        access_log_days=90,
        max_concurrency=150,
        deployment="Canary10Percent5Minutes",
        probe_minutes=15,
        runaway_per_hour=300_000,
        trace_uploads=False,
    )


def config_for(name: str) -> StageConfig:
    """The stage of that name. Raises ConfigError, naming the stages that there are."""
    stages = {"local": local, "sandbox": sandbox, "production": production}
    require_one_of(name, "stage", tuple(stages))
    return stages[name]()


def host() -> Target:
    machine = platform.machine().lower()
    return Target(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        architecture="arm64" if machine in ("arm64", "aarch64") else "x86_64",
    )
