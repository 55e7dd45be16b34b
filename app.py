"""The app: one stage of Darkroom, chosen with `-c stage=local|sandbox|production`."""

from aws_cdk import App

from stacks.config import config_for
from stacks.stage import DarkroomStage


def main() -> None:
    app = App()
    config = config_for(app.node.try_get_context("stage") or "sandbox")
    DarkroomStage(app, config.name.capitalize(), config=config)
    app.synth()


if __name__ == "__main__":
    main()
