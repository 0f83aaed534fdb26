"""Accounts and tokens, and who did what. For administrators alone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from service.accounts import (
    COUNTER_SCOPE,
    PUSH_SCOPE,
    Role,
    Scope,
    is_account_name,
    weakness_of,
)
from service.api import schemas_people as s
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.routes.setup import told
from service.api.schemas import FIRST_DAY, LAST_DAY, Words
from service.api.security import PEOPLE, SETUP, TheDoor, Who
from service.api.tell_setup import both
from service.edits import Typed, shown
from service.problems import SetupRefused
from service.store import TokenRow, UserRow
from service.store.audit import AuditRow
from service.texts import catalogue

router = APIRouter(tags=["people"])

PAGE = 50


def _zone(door: Door) -> ZoneInfo:
    return ZoneInfo(door.office.board().time_zone)


def _refuse(typed: Typed) -> None:
    with told():
        if typed.problems:
            raise SetupRefused(typed.problems)


# --- accounts


def accounts_answer(door: Door, me: str) -> s.AccountsAnswer:
    """All accounts, and how many tokens of each still open something."""
    now, zone = door.clock(), _zone(door)
    tokens = [token for token in door.accounts.tokens() if not has_ended(token, now)]
    return s.AccountsAnswer(
        me=me,
        items=tuple(
            _account(user, sum(token.name == user.name for token in tokens), zone)
            for user in door.accounts.all()
        ),
    )


def _account(user: UserRow, tokens: int, zone: ZoneInfo) -> s.AccountAnswer:
    role = Role(user.role)
    return s.AccountAnswer(
        name=user.name,
        role=role,
        role_text=both(f"role.{role}"),
        created_at=user.created_at.astimezone(zone),
        tokens=tokens,
        counters=tuple(sorted(user.counters)),
    )


def has_ended(token: TokenRow, now: datetime) -> bool:
    """Whether a token opens nothing any more."""
    return token.revoked_at is not None or token.expires_at <= now


@router.get("/accounts", response_model=s.AccountsAnswer, **PEOPLE.route)
def accounts(caller: Who, door: TheDoor) -> Response:
    """Who may sign in, and as what."""
    return answer(accounts_answer(door, caller.name))


@router.post("/accounts", response_model=s.SecretAnswer, status_code=201, **PEOPLE.route)
def add_account(caller: Who, door: TheDoor, body: s.AccountSent) -> Response:
    """Make an account; its password is shown once, where none was sent."""
    typed = Typed()
    if not is_account_name(body.name):
        typed.fault("name", "account_name")
    elif any(user.name == body.name for user in door.accounts.all()):
        typed.fault("name", "account_taken", name=body.name)
    if body.role not in set(Role):
        typed.fault("role", "choose")
    weakness = weakness_of(body.name, body.password) if body.password else ""
    if weakness:
        typed.fault("password", f"password_{weakness}")
    counters = _counters(door, typed, body.counters)
    _refuse(typed)
    password = body.password or token_urlsafe(12)
    door.accounts.add(body.name, Role(body.role), password, by=caller.name, counters=counters)
    kept = None if body.password else password
    return answer(s.SecretAnswer(name=body.name, secret=kept), 201)


@router.post(
    "/accounts/{name}/password", response_model=s.SecretAnswer, status_code=201, **PEOPLE.route
)
def new_password(caller: Who, door: TheDoor, name: str) -> Response:
    """A new password for an account, shown once; its sessions end."""
    _account_of(door, name)
    password = token_urlsafe(12)
    door.accounts.set_password(name, password, by=caller.name)
    return answer(s.SecretAnswer(name=name, secret=password), 201)


@router.put("/accounts/{name}/counters", status_code=204, **PEOPLE.route)
def account_counters(caller: Who, door: TheDoor, name: str, body: s.CountersSent) -> Response:
    """Say which counters an account belongs to: only what is said of these may it contest."""
    before = _account_of(door, name).counters
    typed = Typed()
    # A counter that left the office may stay with an account that had it, or be taken away.
    counters = _counters(door, typed, body.counters, also=before)
    _refuse(typed)
    door.accounts.set_counters(name, counters, by=caller.name)
    return Response(status_code=204)


def _counters(
    door: Door, typed: Typed, sent: tuple[str, ...], also: frozenset[str] = frozenset()
) -> frozenset[str]:
    there = {counter.counter for counter in door.office.layout().counters}
    if set(sent) - there - also:
        typed.fault("counters", "counter_unknown")
    return frozenset(sent)


@router.delete("/accounts/{name}", status_code=204, **PEOPLE.route)
def remove_account(caller: Who, door: TheDoor, name: str) -> Response:
    """Remove an account with its sessions and tokens; one's own cannot be removed."""
    _account_of(door, name)
    typed = Typed()
    if name == caller.name:
        typed.fault("name", "own_account")
    _refuse(typed)
    door.accounts.remove(name, by=caller.name)
    return Response(status_code=204)


def _account_of(door: Door, name: str) -> UserRow:
    for user in door.accounts.all():
        if user.name == name:
            return user
    raise Refusal(404)


# --- tokens


def tokens_answer(door: Door) -> s.TokensAnswer:
    """All tokens, newest first."""
    now, zone = door.clock(), _zone(door)
    return s.TokensAnswer(
        items=tuple(
            s.TokenKept(
                token_id=token.token_id,
                name=token.name,
                role=Role(token.role),
                scopes=tuple(sorted(token.scopes)),
                created_at=token.created_at.astimezone(zone),
                expires_at=token.expires_at.astimezone(zone),
                last_used_at=_maybe(token.last_used_at, zone),
                revoked_at=_maybe(token.revoked_at, zone),
                ended=has_ended(token, now),
            )
            for token in reversed(door.accounts.tokens())
        )
    )


def _maybe(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.astimezone(zone)


@router.get("/tokens", response_model=s.TokensAnswer, **PEOPLE.route)
def tokens(door: TheDoor) -> Response:
    """The keys of programs and devices, without any secret."""
    return answer(tokens_answer(door))


@router.post("/tokens", response_model=s.SecretAnswer, status_code=201, **PEOPLE.route)
def add_token(caller: Who, door: TheDoor, body: s.TokenSent) -> Response:
    """Make a token; its secret is shown once and kept as sha256."""
    typed = Typed()
    if all(user.name != body.name for user in door.accounts.all()):
        typed.fault("name", "account_unknown")
    plain = [one for one in body.scopes if not one.startswith(COUNTER_SCOPE)]
    known = set(Scope) - {Scope.PUSH}
    if not plain:
        typed.fault("scopes", "scope_none")
    elif any(one not in known and not one.startswith(PUSH_SCOPE) for one in plain):
        typed.fault("scopes", "choose")
    counters = {counter.counter for counter in door.office.layout().counters}
    named = {one.removeprefix(COUNTER_SCOPE) for one in body.scopes if one not in plain}
    if named - counters:
        typed.fault("scopes", "counter_unknown")
    days = typed.number("days", body.days, 1, 366)
    if days is not None and days != int(days):
        typed.fault("days", "number_whole")
    if not all(re.fullmatch(r"[\w:.-]+", one) for one in body.scopes):
        typed.fault("scopes", "choose")
    _refuse(typed)
    life = timedelta(days=int(days or 1))
    token_id, secret = door.accounts.add_token(
        body.name, frozenset(body.scopes), life, by=caller.name
    )
    expires = (door.clock() + life).astimezone(_zone(door))
    told_ = s.SecretAnswer(name=body.name, secret=secret, token_id=token_id, expires_at=expires)
    return answer(told_, 201)


@router.delete("/tokens/{token_id}", status_code=204, **PEOPLE.route)
def revoke_token(caller: Who, door: TheDoor, token_id: int) -> Response:
    """End a token, from its next request on. 404: there is none, or it was revoked before."""
    found = [token for token in door.accounts.tokens() if token.token_id == token_id]
    if not found or found[0].revoked_at is not None:
        raise Refusal(404)
    door.accounts.revoke_token(token_id, by=caller.name)
    return Response(status_code=204)


# --- the audit log


def audit_answer(
    door: Door,
    *,
    before: int | None = None,
    limit: int = PAGE,
    actor: str = "",
    act: str = "",
    since: date | None = None,
    until: date | None = None,
) -> s.AuditAnswer:
    """A page of the log, newest first."""
    zone = _zone(door)
    rows = door.store.audit_newest(
        before=before,
        limit=limit + 1,
        actor=actor,
        act=act,
        since=None if since is None else datetime.combine(since, time(), zone).astimezone(UTC),
        until=None
        if until is None
        else datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC),
    )
    shown_, more = rows[:limit], len(rows) > limit
    acts, actors = door.store.audit_words()
    return s.AuditAnswer(
        items=tuple(_line(audit_id, row, zone) for audit_id, row in shown_),
        next=str(shown_[-1][0]) if more else None,
        acts=acts,
        actors=actors,
        broken=door.store.verify_audit() if before is None else None,
        since=since,
        until=until,
    )


def act_words(act: str) -> Words:
    """An act as people say it; one without words keeps its name."""
    message = f"audit.{act.replace('.', '_')}"
    return both(message) if message in catalogue() else Words(id=act, en=act)


def _line(audit_id: int, row: AuditRow, zone: ZoneInfo) -> s.AuditLine:
    return s.AuditLine(
        audit_id=audit_id,
        at=row.at.astimezone(zone),
        actor=shown(row.actor),
        act=row.act,
        act_text=act_words(row.act),
        object=row.object_,
        detail=row.detail,
    )


Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="a day, included")]
WordQuery = Annotated[str, Query(max_length=80)]


@router.get("/audit", response_model=s.AuditAnswer, **SETUP.route)
def audit(
    door: TheDoor,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,18}$", description="`next`")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    actor: WordQuery = "",
    act: WordQuery = "",
    since: Day = None,
    until: Day = None,
) -> Response:
    """Who did what, newest first; a chain of digests shows whether a row was changed."""
    before = None if cursor is None else int(cursor)
    return answer(
        audit_answer(
            door, before=before, limit=limit, actor=actor, act=act, since=since, until=until
        )
    )
