"""Who may log in to the local gallery: the owner of most samples, and an administrator."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ALICE = "alice"  # see `local/samples.py`: her gallery is not empty
ADMINS = "admins"
DESCRIBED_ONLY = ("ClientSecret", "CreationDate", "LastModifiedDate")


@dataclass(frozen=True)
class Login:
    """A user who is told to people, with the password that they need."""

    email: str
    password: str
    owner: str | None


def logins(home: Path) -> list[Login]:
    """Return those of this home: made once, by chance, and readable by its owner only."""
    file = home / "people.json"
    if not file.exists():
        made = [Login("alice@example.com", any_password(), ALICE)]
        made.append(Login("admin@example.com", any_password(), None))
        file.touch(mode=0o600)
        file.write_text(json.dumps([asdict(each) for each in made], indent=2) + "\n")
    return [Login(**each) for each in json.loads(file.read_text())]


def any_password() -> str:
    """Return one of all the kinds of characters that a pool asks for, easy to copy."""
    return f"{secrets.token_hex(5)}-{secrets.token_hex(5).upper()}-{secrets.randbelow(10)}aA"


def admit(cognito: Any, pool: str, login: Login) -> None:
    """Let a user in, with just this password, owner and group, whatever was before."""
    attributes = {"email": login.email, "email_verified": "true"}
    if login.owner:
        attributes["custom:owner"] = login.owner
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    who = {"UserPoolId": pool, "Username": login.email}
    try:
        cognito.admin_create_user(**who, UserAttributes=given, MessageAction="SUPPRESS")
    except cognito.exceptions.UsernameExistsException:
        cognito.admin_update_user_attributes(**who, UserAttributes=given)
    cognito.admin_set_user_password(**who, Password=login.password, Permanent=True)
    if login.owner is None:
        cognito.admin_add_user_to_group(**who, GroupName=ADMINS)


def call_back(cognito: Any, pool: str, client: str, origins: list[str]) -> None:
    """Let logins come back to the page where it is on this machine, which no template knows."""
    found = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]
    pages = [f"{origin}/" for origin in origins]
    # What an update leaves out is reset, and what a description adds is refused.
    kept = {name: value for name, value in found.items() if value and name not in DESCRIBED_ONLY}
    cognito.update_user_pool_client(**{**kept, "CallbackURLs": pages, "LogoutURLs": pages})
