"""What every role may do, and who may reach what. Anew: `python -m tests.stacks.permissions`"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any

from tests.stacks.delivery import delivery
from tests.stacks.synthesis import ROOT, Deployment, Resource, as_list, deployment, statements

PAGE = ROOT / "docs" / "permissions.md"
HEAD = """# What every role may do

Each function has a role of its own with these permissions and no others, the same in every stage;
the other roles are those of CodeDeploy, of the scheduler and, in the sandbox, of the end-to-end
tests (`EndToEndRole`). Made from the templates by
`make permissions`; `make test` compares it with them: a change of this page is a
change of what is allowed, and is reviewed as one.

Each key that `decrypt_keys` names gives the functions that read originals (`index_metadata`,
`make_thumbnails`) or sign URLs of them (`query_catalog`) `kms:Decrypt` on that key, through S3 only
(`kms:ViaService`). The key's own policy must allow it as well, if the key is another account's.

| role | may | on |
|---|---|---|
"""
REACHED = """
# Who may reach what

What other services and accounts may do here, by resource, and on which condition. All but these
are refused, and so is everything without TLS.

| resource | who | may | if |
|---|---|---|---|
"""
WHY = """
# Wildcards, and why

No others: a wildcard that is not here fails `make test`.

| wildcard | in | why |
|---|---|---|
"""
PIPELINE = """
# What the pipeline's roles may do

As for GitHub, and for CodeCommit where that has roles of its own; pipeline and sandbox are in
111122223333, production in 444455556666. Most of it is what CDK Pipelines grants:
[delivery.md](delivery.md) says what each is for, `tests/stacks/test_delivery_permissions.py` why
each wildcard is there.

| role | may | on |
|---|---|---|
"""
# By what is written with a wildcard, an action or a resource.
WILDCARDS = {
    "*": "X-Ray's actions and GetMetricData know no resource; in a key's policy, it is the key",
    "kms:*": "the account's own rule over its key, as AWS has it: else nobody could change it",
    "kms:GenerateDataKey*": "data keys of either kind: which one a service asks for is its affair",
    "Originals/*": "the keys are the users', told by messages",
    "Originals/end-to-end-*": "the prefix of the end-to-end tests, and nothing of anybody else's",
    "Originals/darkroom-probe/*": "the prefix of the probes' own pictures: the only ones written",
    **{
        f"{name}Function:*": "a version's number is not known before; any may be rolled back to"
        for name in (
            "AnnounceChanges",
            "IndexMetadata",
            "MakeThumbnails",
            "ProbeFlow",
            "PublishReport",
            "QueryCatalog",
            "Reconcile",
            "ReportChanges",
        )
    },
    "Thumbnails/*": "the names are hashes: no pattern would divide them",
    "Reports/*": "one name for every sweep and every report",
    "AnnounceChangesFailures/*": "Lambda names what it could not deliver",
    "ReportChangesFailures/*": "Lambda names what it could not deliver",
    "Page/*": "whatever files the page is made of, and nothing else is in that bucket",
    "arn:AWS::Partition:s3:::cdk-hnb659fds-assets-AWS::AccountId-AWS::Region/*": "CDK's assets: "
    "named by their hashes, which nobody knows before they are packed",
    **dict.fromkeys(
        (f"AccessLogs/{bucket}/*" for bucket in ("Originals", "Thumbnails", "Reports")),
        "S3 names the files of its log, below the name of the bucket",
    ),
}
RESOURCE_POLICIES = (
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
)


class UnlistedWildcard(ValueError):
    """Something is allowed by a wildcard that has no reason; the message says what and to whom."""


def permissions(stage: Deployment) -> dict[str, dict[str, list[str]]]:
    """Return `{role: {resource: [action, …]}}`; a function's role is called like its folder."""
    folders = {
        stage.named(each.properties["Role"]): name for name, each in stage.functions().items()
    }
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for role, statement in granted(stage):
        for resource in as_list(statement["Resource"]):
            place = table[folders.get(role, role)][stage.named(resource)]
            place += as_list(statement["Action"])
    return table


def granted(stage: Deployment) -> list[tuple[str, dict[str, Any]]]:
    """Return every statement with the role that it is of, wherever it is written."""
    found = [
        (stage.named(role), statement)
        for policy in stage.ours("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for role in policy.properties["Roles"]
        for statement in statements(policy)
    ]
    for role in stage.ours("AWS::IAM::Role"):
        for policy in role.properties.get("Policies", []):
            document = policy["PolicyDocument"]["Statement"]
            found += [(stage.named({"Ref": role.id}), statement) for statement in document]
        for arn in role.properties.get("ManagedPolicyArns", []):
            managed = {"Effect": "Allow", "Action": "(managed)", "Resource": arn}
            found.append((stage.named({"Ref": role.id}), managed))
    return [(role, statement) for role, statement in found if statement["Effect"] == "Allow"]


def reached(stage: Deployment) -> list[tuple[str, str, str, str]]:
    """Return (resource, principal, actions, conditions) of whatever lets others in."""
    rows = {
        (on(stage, policy), who, actions(statement), conditions(stage, statement))
        for policy in stage.ours(*RESOURCE_POLICIES)
        for statement in statements(policy)
        if statement["Effect"] == "Allow"
        for who in principals(stage, statement)
        if "CustomS3AutoDelete" not in who
    }
    rows |= {
        (
            stage.named(each.properties["FunctionName"]),
            stage.named(each.properties["Principal"]),
            each.properties["Action"],
            stage.named(each.properties.get("SourceArn", "")),
        )
        for each in stage.all("AWS::Lambda::Permission")
    }
    return sorted(rows)


def on(stage: Deployment, policy: Resource) -> str:
    for name in ("Bucket", "Topics", "Queues"):
        if name in policy.properties:
            return ", ".join(stage.named(each) for each in as_list(policy.properties[name]))
    return stage.named({"Ref": policy.id})


def actions(statement: dict[str, Any]) -> str:
    return ", ".join(sorted(as_list(statement["Action"])))


def principals(stage: Deployment, statement: dict[str, Any]) -> list[str]:
    by_kind = statement["Principal"]
    if isinstance(by_kind, str):
        return [by_kind]
    return [stage.named(each) for kind in by_kind.values() for each in as_list(kind)]


def conditions(stage: Deployment, statement: dict[str, Any]) -> str:
    return "; ".join(
        f"{key} {' or '.join(stage.named(each) for each in as_list(value))}"
        for keys in statement.get("Condition", {}).values()
        for key, value in sorted(keys.items())
    )


Table = Mapping[str, Mapping[str, list[str]]]
NOTHING: Table = {}


def wildcards(stage: Deployment, besides: Table = NOTHING) -> dict[str, set[str]]:
    """Return what is allowed by a wildcard, and to or in what."""
    found: dict[str, set[str]] = defaultdict(set)
    for role, by_resource in {**permissions(stage), **besides}.items():
        for resource, named in by_resource.items():
            for text in (resource, *named):
                if "*" in text:
                    found[text].add(role)
    for policy in stage.ours(*RESOURCE_POLICIES):
        for statement in statements(policy):
            if statement["Effect"] == "Allow" and "CustomS3AutoDelete" not in json.dumps(statement):
                resources = [stage.named(each) for each in as_list(statement.get("Resource", []))]
                for text in (*as_list(statement["Action"]), *resources):
                    if "*" in text:
                        found[text].add(on(stage, policy))
    return found


def explained(stage: Deployment, besides: Table = NOTHING) -> list[tuple[str, str, str]]:
    """Return (wildcard, whose, why) of each. Raises UnlistedWildcard for one that has no reason."""
    rows = []
    for text, places in sorted(wildcards(stage, besides).items()):
        if text not in WILDCARDS:
            raise UnlistedWildcard(f"{text!r} ({', '.join(sorted(places))}) is not in WILDCARDS")
        rows.append((text, ", ".join(sorted(places)), WILDCARDS[text]))
    return rows


def page(stage: Deployment) -> str:
    """Return it of a stage, of what the sandbox has besides, and of the pipeline."""
    sandbox = deployment("sandbox")
    more = roles_besides(stage, sandbox)
    told = sorted(rows(stage) + rows(sandbox, of=more), key=itemgetter(0, 2))
    let_in = sorted(reached(stage) + [row for row in reached(sandbox) if row[0] in more])
    why = explained(stage, {role: permissions(sandbox)[role] for role in more})
    tables = HEAD + table(told) + REACHED + table(let_in) + WHY + table(why)
    return tables + PIPELINE + table(of_the_pipeline())


def of_the_pipeline() -> list[tuple[str, str, str]]:
    """Return what its roles may do for GitHub, and those that only CodeCommit needs."""
    github, codecommit = (
        delivery(f"{source}, two accounts") for source in ("github", "codecommit")
    )
    only = roles_besides(github, codecommit)
    return sorted(rows(github) + rows(codecommit, of=only), key=itemgetter(0, 2))


def roles_besides(stage: Deployment, other: Deployment) -> set[str]:
    return permissions(other).keys() - permissions(stage).keys()


def rows(stage: Deployment, *, of: Collection[str] | None = None) -> list[tuple[str, str, str]]:
    """Return (role, actions, resource), of all roles or of some."""
    return [
        (role, ", ".join(sorted(set(actions))), resource)
        for role, by_resource in sorted(permissions(stage).items())
        for resource, actions in sorted(by_resource.items())
        if of is None or role in of
    ]


def table(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n".replace("*", r"\*") for row in rows)


def write() -> None:
    PAGE.write_text(page(deployment("production")))


if __name__ == "__main__":
    write()
