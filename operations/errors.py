"""What can go wrong for an operator.

OperationsError
├── NotDeployed     a stack or an output that the command needs is not there
├── WrongUsage      the arguments cannot mean anything here
└── TimeLimit       the app did not come to rest
"""

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError


class OperationsError(Exception):
    """The message says what happened and what to do; it is all that the command line prints."""


class NotDeployed(OperationsError): ...


class WrongUsage(OperationsError): ...


class TimeLimit(OperationsError): ...


EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
}
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
GONE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
}
LOGIN = "Log in anew (`aws sso login`, or new keys) and check `--profile`."
CONNECTION = {
    exceptions.NoCredentialsError: f"There are no AWS credentials here. {LOGIN}",
    exceptions.PartialCredentialsError: f"The AWS credentials are incomplete. {LOGIN}",
    exceptions.CredentialRetrievalError: f"The AWS credentials cannot be read. {LOGIN}",
    exceptions.SSOError: f"The single sign-on has ended. {LOGIN}",
    exceptions.TokenRetrievalError: f"The single sign-on has ended. {LOGIN}",
    exceptions.NoRegionError: "No region is set: give --region, or set AWS_REGION.",
    exceptions.ProfileNotFound: "No such profile: `aws configure list-profiles` shows them.",
    exceptions.ConnectionError: "AWS cannot be reached: check the network and --region.",
    exceptions.HTTPClientError: "AWS cannot be reached: check the network and --region.",
}


def explained(error: BotoCoreError | ClientError) -> str:
    """Return one line for what AWS or its client library refused: what, and what to do."""
    if isinstance(error, ClientError):
        return _answered(error)
    said = " ".join(str(error).split())
    advice = (text for kind, text in CONNECTION.items() if isinstance(error, kind))
    return next((f"{text} ({said})" for text in advice), f"AWS could not be asked: {said}")


def _answered(error: ClientError) -> str:
    code, said = _code(error), " ".join(error.response["Error"].get("Message", "").split())
    asked = f"{error.operation_name} ({code}: {said})"
    if code in EXPIRED:
        return f"The AWS credentials are expired or wrong: {asked}. {LOGIN}"
    if code in DENIED or code == "403":
        return f"Not allowed: {asked}. Use a role which may do this, by --profile."
    if code in GONE:
        return (
            f"Something of the app is gone: {asked}. Deploy it again; check --stage and --region."
        )
    return f"AWS refused {asked}."


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", "unknown"))


def is_unknown_action(error: ClientError) -> bool:
    """Tell whether an endpoint does not have the action at all, as the local cloud may."""
    return _code(error) in {"InvalidAction", "UnknownOperationException", "NotImplemented"}
