"""What can go wrong with the local cloud.

CloudError
├── ToolMissing        something that `make setup` or the machine provides is not there
├── PortOccupied       another program has the port
├── EmulatorFailed     the emulator did not start, or did not stop
├── NotRunning         the cloud is not up
├── NotDeployed        the app has not been deployed to it
├── AppPaused          the app is deployed, and switched off
└── DeployFailed       the CDK command line failed
    └── DeployTimedOut     … or did not end in time
"""


class CloudError(Exception):
    """The message says what happened and what to do; it is all that the command line prints."""


class ToolMissing(CloudError): ...


class PortOccupied(CloudError): ...


class EmulatorFailed(CloudError): ...


class NotRunning(CloudError): ...


class NotDeployed(CloudError): ...


class AppPaused(CloudError): ...


class DeployFailed(CloudError): ...


class DeployTimedOut(DeployFailed): ...
