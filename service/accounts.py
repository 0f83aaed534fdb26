"""Who may do what: roles, passwords, sessions, tokens, and the patience with failed log-ins.

No default account, no default password. A browser holds a session cookie, a program a token; of
both only the sha256 is stored. A caller's role is looked up at each request, so that a change, a
removal or a revocation holds from the next one on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.store import Store, TokenRow, UserRow
from vision.errors import AccessError

PASSWORD_LENGTH = 10
SAMPLE_SECRETS = frozenset(
    {"password", "passw0rd", "changeme", "administrator", "1234567890", "siaga", "qwertyuiop"}
)
SESSION_COOKIE = "siaga_session"
TOKEN_MARK = "siaga_"
WINDOW = timedelta(minutes=15)
"""A failed log-in is forgotten so long after the last one."""
PATIENCE = {"pair": 5, "address": 20, "name": 50}
"""Failures within the window until log-in waits: for a name from an address, for either alone."""
_TOUCH = timedelta(minutes=1)


class Role(StrEnum):
    """What an account is for. A supervisor runs the office; an evaluator reviews what was flagged
    and does none of the supervisor's acts; an administrator keeps accounts and may do both.
    """

    VIEWER = "viewer"
    SUPERVISOR = "supervisor"
    EVALUATOR = "evaluator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token may be used for, within its account's role."""

    BOARD = "board"
    FLAGS = "flags"
    BRIEFING = "briefing"
    METRICS = "metrics"
    SETTINGS = "settings"
    PUSH = "push"


COUNTER_SCOPE = "counter:"
"""A scope `counter:loket_1` narrows a token to that counter; several of them to several."""

PUSH_SCOPE = "push:"
"""A scope `push:hall_1` lets a device bring pictures of that camera, and see nothing."""

_PUSHES = re.compile(PUSH_SCOPE + r"[A-Za-z0-9][A-Za-z0-9_-]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `scopes` None: all that the role allows. `counters` None: every counter.

    `cameras` are those whose pictures it may bring: none without a token made for it.
    `own` are the counters the account belongs to: it contests for no other. Empty: for any.
    """

    name: str
    role: Role
    via: str
    scopes: frozenset[Scope] | None = None
    counters: frozenset[str] | None = None
    cameras: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def may_use(self, scope: Scope) -> bool:
        """Whether this credential was made for it."""
        if scope is Scope.PUSH:
            return bool(self.cameras)
        return self.scopes is None or scope in self.scopes

    def may_see(self, counter: str) -> bool:
        """Whether this credential reaches the counter."""
        return self.counters is None or counter in self.counters

    def may_contest(self, counter: str) -> bool:
        """Whether what is said of this counter concerns the account."""
        return not self.own or counter in self.own


def is_account_name(name: str) -> bool:
    """Whether an account may be called so: letters without signs that turn a line round."""
    return _NAME.fullmatch(name) is not None


def weakness_of(name: str, password: str) -> str:
    """Why a password is refused: `short`, `easy`; empty text: it is good."""
    if len(password) < PASSWORD_LENGTH:
        return "short"
    plain = password.lower()
    easy = plain in SAMPLE_SECRETS or name in plain or len(set(plain)) < 4
    return "easy" if easy else ""


class LoginRefused(AccessError):
    """Name or password is wrong; which of them is not said."""

    code = "login_refused"


class LoginWaits(AccessError):
    """Too many failed log-ins: wait `seconds`."""

    code = "login_waits"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed log-ins; try again in {seconds} s")
        self.seconds = seconds


def digest(secret: str) -> str:
    """What is stored of a session or token."""
    return sha256(secret.encode()).hexdigest()


class Accounts:
    """The accounts of an office. Every method may be called from any thread."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._store = store
        self._people = store.people
        self._clock = clock
        # RFC 9106, second choice, on one thread; 64 MiB each, so one at a time.
        self._hasher = hasher if hasher is not None else PasswordHasher(parallelism=1)
        self._signing_in = Lock()
        self._waiting = BoundedSemaphore(4)
        self._nobody = ""

    # accounts

    def add(
        self,
        name: str,
        role: Role,
        password: str,
        *,
        by: str,
        counters: frozenset[str] = frozenset(),
    ) -> None:
        """Make an account, of these counters or of none.

        Errors: AccessError for a taken or odd name and a weak password.
        """
        if not is_account_name(name):
            raise AccessError(
                f"account {name!r}: expected 3 to 64 of a-z, 0-9, dot, dash, underscore, "
                "a letter or digit first and last"
            )
        self._refuse_weak(name, password)
        row = UserRow(name, role.value, self._hash(password), self._clock(), counters)
        if not self._people.add_user(row):
            raise AccessError(f"account {name}: this name is taken; choose another or remove it")
        detail: dict[str, object] = {"role": role.value}
        if counters:
            detail["counters"] = sorted(counters)
        self._store.audit(by, "user.add", f"user/{name}", detail)

    def set_counters(self, name: str, counters: frozenset[str], *, by: str) -> None:
        """Say which counters an account belongs to, from its next request on. Errors: AccessError.

        Only what is said of these may it contest; an account of none contests for any.
        """
        self._require(name)
        self._people.set_counters(name, counters)
        self._store.audit(by, "user.counters", f"user/{name}", {"counters": sorted(counters)})

    def set_password(self, name: str, password: str, *, by: str) -> None:
        """Give an account a new password; its sessions end. Errors: AccessError."""
        self._require(name)
        self._refuse_weak(name, password)
        self._people.set_password(name, self._hash(password))
        self._store.audit(by, "user.password", f"user/{name}")

    def remove(self, name: str, *, by: str) -> None:
        """Remove an account with its sessions and tokens. Errors: AccessError."""
        if not self._people.remove_user(name):
            raise AccessError(f"account {name}: there is none of this name")
        self._store.audit(by, "user.remove", f"user/{name}")

    def all(self) -> tuple[UserRow, ...]:
        """All accounts by name."""
        return self._people.users()

    # sessions

    def sign_in(
        self, name: str, password: str, address: str, life: timedelta
    ) -> tuple[str, Caller]:
        """Check a password; returns the secret for the cookie and who it is.

        Errors: LoginRefused, LoginWaits. Both are audited.
        """
        now = self._clock()
        keys = {
            "pair": f"pair:{name[:80]}@{address}",
            "address": f"address:{address}",
            "name": f"name:{name[:80]}",
        }
        wait = max(self._wait(key, PATIENCE[kind], now) for kind, key in keys.items())
        if wait > 0:
            self._store.audit(name[:80], "login.waits", "session", {"from": address}, at=now)
            raise LoginWaits(wait)
        user = self._people.user(name)
        if not self._verify(user.password_hash if user is not None else None, password):
            for key in keys.values():
                self._people.add_failure(key, now, forget_before=now - WINDOW)
            self._store.audit(name[:80], "login.refused", "session", {"from": address}, at=now)
            raise LoginRefused("name or password is wrong")
        assert user is not None
        self._people.clear_failures(keys["pair"])
        secret = token_urlsafe(32)
        self._people.add_session(digest(secret), name, now, now + life)
        self._store.audit(name, "login", "session", {"from": address}, at=now)
        return secret, Caller(name, Role(user.role), "session", own=user.counters)

    def of_session(self, secret: str) -> Caller | None:
        """Who holds this cookie, None when it has ended."""
        found = self._people.session(digest(secret))
        if found is None or found.expires_at <= self._clock():
            return None
        return Caller(found.name, Role(found.role), "session", own=found.counters)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        caller = self.of_session(secret)
        self._people.remove_session(digest(secret))
        if caller is not None:
            self._store.audit(caller.name, "logout", "session")

    # tokens

    def add_token(
        self, name: str, scopes: frozenset[str], life: timedelta, *, by: str
    ) -> tuple[int, str]:
        """Make a token for an account; returns its id and the secret, which is never shown again.

        Errors: AccessError for an unknown account or scope, or a life outside 1 to 366 days.
        """
        self._require(name)
        plain = {scope for scope in scopes if not scope.startswith(COUNTER_SCOPE)}
        known = set(Scope) - {Scope.PUSH}
        unknown = sorted(s for s in plain - known if not _PUSHES.fullmatch(s))
        if unknown or not plain:
            raise AccessError(
                f"scope: expected {', '.join(sorted(known))}, {PUSH_SCOPE}CAMERA, "
                f"or {COUNTER_SCOPE}NAME beside one of them, "
                f"got {', '.join(unknown) or 'none'}"
            )
        if not timedelta(days=1) <= life <= timedelta(days=366):
            raise AccessError(f"token: expected a life of 1 to 366 days, got {life.days}")
        now = self._clock()
        secret = TOKEN_MARK + token_urlsafe(32)
        token_id = self._people.add_token(digest(secret), name, scopes, now, now + life)
        detail: dict[str, object] = {"user": name, "scopes": sorted(scopes)}
        self._store.audit(by, "token.add", f"token/{token_id}", detail)
        return token_id, secret

    def tokens(self, name: str | None = None) -> tuple[TokenRow, ...]:
        """The tokens of an account, or all."""
        return self._people.tokens(name)

    def revoke_token(self, token_id: int, *, by: str) -> None:
        """End a token. Errors: AccessError when it has ended already."""
        if not self._people.revoke_token(token_id, self._clock()):
            raise AccessError(f"token {token_id}: there is none, or it was revoked before")
        self._store.audit(by, "token.revoke", f"token/{token_id}")

    def of_token(self, secret: str) -> Caller | None:
        """Who holds this token, None when it has ended."""
        now = self._clock()
        found = self._people.token(digest(secret))
        if found is None or found.revoked_at is not None or found.expires_at <= now:
            return None
        if found.last_used_at is None or now - found.last_used_at >= _TOUCH:
            self._people.touch_token(found.token_id, now)
        narrowed = {s for s in found.scopes if s.startswith(COUNTER_SCOPE)}
        counters = frozenset(s.removeprefix(COUNTER_SCOPE) for s in narrowed)
        return Caller(
            found.name,
            Role(found.role),
            f"token/{found.token_id}",
            frozenset(Scope(s.partition(":")[0]) for s in found.scopes - narrowed),
            counters or None,
            frozenset(s.removeprefix(PUSH_SCOPE) for s in found.scopes if s.startswith(PUSH_SCOPE)),
        )

    # inside

    def _require(self, name: str) -> None:
        if self._people.user(name) is None:
            raise AccessError(f"account {name}: there is none of this name")

    def _refuse_weak(self, name: str, password: str) -> None:
        weakness = weakness_of(name, password)
        if weakness == "short":
            raise AccessError(f"password: expected at least {PASSWORD_LENGTH} characters")
        if weakness:
            raise AccessError("password: too easy to guess; choose another")

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _verify(self, kept: str | None, password: str) -> bool:
        """Whether the password fits; an unknown account takes as long as a known one."""
        if kept is None and not self._nobody:
            self._nobody = self._hash(token_urlsafe(16))
        try:
            self._hasher.verify(kept if kept is not None else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def _wait(self, key: str, patience: int, now: datetime) -> int:
        found = self._people.failures(key)
        if found is None or found[0] < patience:
            return 0
        left = (found[1] + WINDOW - now).total_seconds()
        return max(0, int(left) + (left > int(left)))
