"""What every synth is held to: two packs of cdk-nag, beside CDK's own validation.

A finding that nobody accepted (`stacks/constructs/accepted.py`) stops the synth.
"""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


def add_guardrails(app: App) -> None:
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
