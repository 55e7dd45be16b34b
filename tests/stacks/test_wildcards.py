"""Every wildcard has a reason in the table of permissions, and every grant is in that table."""

import json

import pytest

from tests.stacks.permissions import PAGE, WILDCARDS, UnlistedWildcard, explained, page, wildcards
from tests.stacks.synthesis import STAGES, Deployment, deployment


def planted(stage: Deployment, action: str, resource: str) -> Deployment:
    """Return the same stage with one grant more for the function that makes thumbnails."""
    templates = json.loads(json.dumps(stage.templates))
    [policy] = [
        body
        for name, body in templates["Processing"]["Resources"].items()
        if name.startswith("MakeThumbnailsFunctionRoleDefaultPolicy")
    ]
    grant = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy["Properties"]["PolicyDocument"]["Statement"].append(grant)
    return Deployment(stage.config, templates)


def test_every_wildcard_has_its_reason(stage: Deployment) -> None:
    explained(stage)


def test_no_reason_is_left_over() -> None:
    used = set().union(*(wildcards(deployment(name)) for name in STAGES))
    assert set(WILDCARDS) == used


@pytest.mark.parametrize(
    ("action", "resource"), [("s3:*", "arn:aws:s3:::b"), ("s3:GetObject", "arn:aws:s3:::b/*")]
)
def test_a_planted_wildcard_is_refused(production: Deployment, action: str, resource: str) -> None:
    with pytest.raises(UnlistedWildcard, match="make_thumbnails"):
        page(planted(production, action, resource))


def test_a_planted_grant_is_not_in_the_table(production: Deployment) -> None:
    assert page(planted(production, "sqs:SendMessage", "arn")) != PAGE.read_text()
