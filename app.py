"""The app: one stage of Darkroom, chosen with `-c stage=local|sandbox|production`.

With `-c delivery=delivery.json`: the pipeline that takes it to the sandbox and to production.
"""

from pathlib import Path

from aws_cdk import App

from stacks.config import config_for
from stacks.delivery_config import DeliveryConfig
from stacks.delivery_stack import DeliveryStack
from stacks.guardrails import add_guardrails
from stacks.stage import DarkroomStage


def define(app: App) -> None:
    """Add what the context asks for, and the guardrails that hold it."""
    add_guardrails(app)
    if settings := app.node.try_get_context("delivery"):
        DeliveryStack(
            app, "Delivery", config=DeliveryConfig.read(Path(settings)), settings=settings
        )
    else:
        config = config_for(app.node.try_get_context("stage") or "sandbox")
        DarkroomStage(app, config.name.capitalize(), config=config)


def main() -> None:
    app = App()
    define(app)
    app.synth()


if __name__ == "__main__":
    main()
