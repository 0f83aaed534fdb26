"""Accounts, sessions, tokens and failed log-ins as rows. Who may do what is `service.accounts`.

Secrets never come here: only hashes of passwords and sha256 digests of what a client holds.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from service.store.codec import dumps, instant, micros
from service.store.database import Database
from service.store.tables import login_failure, session, token, user


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account. `counters`: those it belongs to, none for most."""

    name: str
    role: str
    password_hash: str
    created_at: datetime
    counters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser."""

    name: str
    role: str
    expires_at: datetime
    counters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A program's key."""

    token_id: int
    name: str
    role: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class People:
    """The accounts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_user(self, row: UserRow) -> bool:
        """Add an account; False when the name is taken."""
        with self._database.write() as connection:
            added = connection.execute(
                insert(user)
                .values(
                    name=row.name,
                    role=row.role,
                    password_hash=row.password_hash,
                    created_at=micros(row.created_at),
                    counters=dumps(sorted(row.counters)),
                )
                .on_conflict_do_nothing()
            )
            return added.rowcount == 1

    def user(self, name: str) -> UserRow | None:
        """The account of this name."""
        with self._database.read() as connection:
            row = connection.execute(select(user).where(user.c.name == name)).first()
        return None if row is None else _user(row)

    def users(self) -> tuple[UserRow, ...]:
        """All accounts by name."""
        with self._database.read() as connection:
            return tuple(_user(r) for r in connection.execute(select(user).order_by(user.c.name)))

    def remove_user(self, name: str) -> bool:
        """Remove an account with its sessions and tokens; False when there is none."""
        with self._database.write() as connection:
            return connection.execute(delete(user).where(user.c.name == name)).rowcount == 1

    def set_password(self, name: str, password_hash: str) -> None:
        """Keep a new hash and end every session of the account."""
        with self._database.write() as connection:
            connection.execute(
                update(user).where(user.c.name == name).values(password_hash=password_hash)
            )
            connection.execute(delete(session).where(session.c.name == name))

    def set_counters(self, name: str, counters: frozenset[str]) -> None:
        """Keep the counters an account belongs to, in place of those before."""
        with self._database.write() as connection:
            connection.execute(
                update(user).where(user.c.name == name).values(counters=dumps(sorted(counters)))
            )

    def add_session(
        self, digest: str, name: str, created_at: datetime, expires_at: datetime
    ) -> None:
        """Keep a session; those that have ended go."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.expires_at <= micros(created_at)))
            connection.execute(
                session.insert(),
                {
                    "digest": digest,
                    "name": name,
                    "created_at": micros(created_at),
                    "expires_at": micros(expires_at),
                },
            )

    def session(self, digest: str) -> SessionRow | None:
        """The session with this digest, with the role and counters its account has now."""
        query = (
            select(session.c.name, user.c.role, user.c.counters, session.c.expires_at)
            .join_from(session, user)
            .where(session.c.digest == digest)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        counters = frozenset(json.loads(row.counters))
        return SessionRow(row.name, row.role, instant(row.expires_at), counters)

    def remove_session(self, digest: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(session).where(session.c.digest == digest))

    def add_token(
        self,
        digest: str,
        name: str,
        scopes: frozenset[str],
        created_at: datetime,
        expires_at: datetime,
    ) -> int:
        """Keep a token; returns its id."""
        with self._database.write() as connection:
            added = connection.execute(
                token.insert(),
                {
                    "digest": digest,
                    "name": name,
                    "scopes": dumps(sorted(scopes)),
                    "created_at": micros(created_at),
                    "expires_at": micros(expires_at),
                },
            ).inserted_primary_key
            assert added is not None
            return int(added[0])

    def token(self, digest: str) -> TokenRow | None:
        """The token with this digest, with the role its account has now."""
        with self._database.read() as connection:
            row = connection.execute(_tokens().where(token.c.digest == digest)).first()
        return None if row is None else _token(row)

    def tokens(self, name: str | None = None) -> tuple[TokenRow, ...]:
        """The tokens of an account, or all of them."""
        query = _tokens().order_by(token.c.token_id)
        if name is not None:
            query = query.where(token.c.name == name)
        with self._database.read() as connection:
            return tuple(_token(row) for row in connection.execute(query))

    def revoke_token(self, token_id: int, at: datetime) -> bool:
        """End a token; False when there is none or it has ended already."""
        with self._database.write() as connection:
            ended = connection.execute(
                update(token)
                .where(token.c.token_id == token_id, token.c.revoked_at.is_(None))
                .values(revoked_at=micros(at))
            )
            return ended.rowcount == 1

    def touch_token(self, token_id: int, at: datetime) -> None:
        """Remember that a token was used."""
        with self._database.write() as connection:
            connection.execute(
                update(token).where(token.c.token_id == token_id).values(last_used_at=micros(at))
            )

    def failures(self, key: str) -> tuple[int, datetime] | None:
        """How often log-in failed under this key, and when last."""
        with self._database.read() as connection:
            row = connection.execute(
                select(login_failure.c.count.label("failed"), login_failure.c.last_at).where(
                    login_failure.c.key == key
                )
            ).first()
        return None if row is None else (row.failed, instant(row.last_at))

    def add_failure(self, key: str, at: datetime, *, forget_before: datetime) -> int:
        """Count a failed log-in; failures older than `forget_before` go. Returns the count."""
        added = insert(login_failure).values(key=key, count=1, last_at=micros(at))
        with self._database.write() as connection:
            connection.execute(
                delete(login_failure).where(login_failure.c.last_at < micros(forget_before))
            )
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[login_failure.c.key],
                    set_={
                        "count": login_failure.c.count + 1,
                        "last_at": added.excluded.last_at,
                    },
                )
            )
            return int(
                connection.execute(
                    select(login_failure.c.count).where(login_failure.c.key == key)
                ).scalar_one()
            )

    def clear_failures(self, key: str) -> None:
        """A log-in succeeded."""
        with self._database.write() as connection:
            connection.execute(delete(login_failure).where(login_failure.c.key == key))


def _user(row: Row[Any]) -> UserRow:
    counters = frozenset(json.loads(row.counters))
    return UserRow(row.name, row.role, row.password_hash, instant(row.created_at), counters)


def _tokens() -> Select[Any]:
    return select(token, user.c.role).join_from(token, user)


def _token(row: Row[Any]) -> TokenRow:
    return TokenRow(
        token_id=row.token_id,
        name=row.name,
        role=row.role,
        scopes=frozenset(json.loads(row.scopes)),
        created_at=instant(row.created_at),
        expires_at=instant(row.expires_at),
        last_used_at=None if row.last_used_at is None else instant(row.last_used_at),
        revoked_at=None if row.revoked_at is None else instant(row.revoked_at),
    )
