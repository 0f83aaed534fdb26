"""What the API of accounts, tokens and the audit log takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from service.accounts import Role
from service.api.schemas import Value, Words
from service.api.schemas_setup import Asked

Text = Annotated[str, Field(max_length=400)]


class AccountSent(Asked):
    """An account to make. Without `password` one is made up and shown once; `counters` as in
    `CountersSent`.
    """

    name: Text
    role: Text
    password: Annotated[str, Field(max_length=1000)] = ""
    counters: Annotated[tuple[Text, ...], Field(max_length=200)] = ()


class CountersSent(Asked):
    """The counters an account belongs to: it contests for no other. Empty: for any."""

    counters: Annotated[tuple[Text, ...], Field(max_length=200)]


class AccountAnswer(Value):
    """An account. Nothing of its password is ever told. `counters` are those it belongs to."""

    name: str
    role: Role
    role_text: Words
    created_at: datetime
    tokens: int
    counters: tuple[str, ...]


class AccountsAnswer(Value):
    """All accounts by name; `me` is the one that asks."""

    me: str
    items: tuple[AccountAnswer, ...]


class SecretAnswer(Value):
    """A secret, shown this once; only its hash is kept. `secret` null: it was chosen by who asks.

    `token_id` and `expires_at` for a token.
    """

    name: str
    secret: str | None
    token_id: int | None = None
    expires_at: datetime | None = None


class TokenSent(Asked):
    """A token to make for an account. `scopes`: board, flags, briefing, metrics, settings, and
    `counter:NAME` beside them. `days`: its life, 1 to 366.
    """

    name: Text
    scopes: Annotated[list[Text], Field(max_length=60)]
    days: Text = "90"


class TokenKept(Value):
    """A token as it stands; `ended` is whether it still opens anything."""

    token_id: int
    name: str
    role: Role
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    ended: bool


class TokensAnswer(Value):
    """All tokens, newest first."""

    items: tuple[TokenKept, ...]


class AuditLine(Value):
    """Who did what to which object. `detail` holds words and numbers, never a password."""

    audit_id: int
    at: datetime
    actor: str
    act: str
    act_text: Words
    object: str
    detail: dict[str, Any]


class AuditAnswer(Value):
    """A page of the audit log, newest first. `broken` names the first row that does not fit the
    chain of digests (null: it holds); it is looked at on the first page alone.
    """

    items: tuple[AuditLine, ...]
    next: str | None
    acts: tuple[str, ...]
    actors: tuple[str, ...]
    broken: str | None
    since: date | None
    until: date | None
