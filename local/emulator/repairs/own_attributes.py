"""Let users write only those of their attributes that their client may.

Gap: ministack knows `WriteAttributes` of a client and `AllowAdminCreateUserOnly` of a pool, but
asks neither when users register or change themselves.
Consequence: a user could choose an owner here, and a template that allows it on AWS looks safe.
Repair: refuse both as Cognito does. A client that names nothing may write everything, as there.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito

Request = dict[str, Any]


def apply() -> None:
    cognito._update_user_attributes = unless(refused_change, cognito._update_user_attributes)
    cognito._sign_up = unless(refused_registration, cognito._sign_up)


def unless(
    refusal: Callable[[Request], str | None], handle: Callable[[Request], Any]
) -> Callable[[Request], Any]:
    def handle_if_allowed(request: Request) -> Any:
        reason = refusal(request)
        return (
            error_response_json("NotAuthorizedException", reason, 400)
            if reason
            else handle(request)
        )

    return handle_if_allowed


def refused_change(request: Request) -> str | None:
    claims = cognito._token_claims(request.get("AccessToken", ""))
    return refused_attributes((claims or {}).get("client_id", ""), request)


def refused_registration(request: Request) -> str | None:
    _, pool, _ = cognito._find_pool_by_client_id(request.get("ClientId", ""))
    if ((pool or {}).get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        return "SignUp is not permitted for this user pool"
    return refused_attributes(request.get("ClientId", ""), request)


def refused_attributes(client_id: str, request: Request) -> str | None:
    _, _, client = cognito._find_pool_by_client_id(client_id)
    writable = (client or {}).get("WriteAttributes") or []
    if writable and not names(request.get("UserAttributes", [])) <= set(writable):
        return "A client attempted to write unauthorized attribute"
    return None


def names(attributes: Iterable[dict[str, str]]) -> set[str]:
    return {each["Name"] for each in attributes}
