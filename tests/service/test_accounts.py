"""Roles, passwords, sessions, tokens and the patience with failed log-ins, on a real store."""

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from service.accounts import PATIENCE, WINDOW, Accounts, LoginRefused, LoginWaits, Role, Scope
from service.commands import user
from service.store import Store, open_store
from tests.stores import new_store
from vision.errors import AccessError

PASSWORD = "kopi tubruk pagi"
LIFE = timedelta(hours=12)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Eight in the morning."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def accounts(store: Store, clock: Clock) -> Accounts:
    """One supervisor, siti."""
    made = Accounts(store, clock=clock, hasher=CHEAP)
    made.add("siti", Role.SUPERVISOR, PASSWORD, by="test")
    return made


def acts(store: Store) -> list[str]:
    """What the audit log says was done."""
    return [row.act for _, row in store.audit_rows()]


def test_a_new_office_has_no_account(store: Store) -> None:
    """S5: there is no default password because there is no default account."""
    assert Accounts(store).all() == ()


def test_the_password_hash_is_argon2_with_memory(store: Store) -> None:
    """A stolen database costs the thief 64 MiB for each guess."""
    Accounts(store).add("siti", Role.VIEWER, PASSWORD, by="test")
    assert store.people.users()[0].password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("budi", "short", "at least 10"),
        ("budi", "1234567890", "too easy"),
        ("budi", "aaaaaaaaaaaa", "too easy"),
        ("budi", "budibudibudi", "too easy"),
        ("b", PASSWORD, "3 to 64"),
        ("Budi Santoso", PASSWORD, "3 to 64"),
        ("../etc", PASSWORD, "3 to 64"),
        ("siti", PASSWORD, "taken"),
    ],
)
def test_an_account_is_refused(accounts: Accounts, name: str, password: str, said: str) -> None:
    """Weak passwords, odd names, and a name that somebody has."""
    with pytest.raises(AccessError, match=said):
        accounts.add(name, Role.VIEWER, password, by="test")


def test_a_session_lasts_until_its_end(accounts: Accounts, clock: Clock) -> None:
    """And who signed in is known by the cookie alone."""
    secret, caller = accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    assert (caller.name, caller.role) == ("siti", Role.SUPERVISOR)
    assert accounts.of_session(secret) == caller
    assert accounts.of_session("another") is None
    clock.now += LIFE
    assert accounts.of_session(secret) is None


def test_signing_out_ends_the_session(accounts: Accounts, store: Store) -> None:
    """At once, and it is written down."""
    secret, _ = accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    accounts.sign_out(secret)
    assert accounts.of_session(secret) is None
    assert acts(store) == ["user.add", "login", "logout"]


def test_neither_cookie_nor_token_nor_password_is_stored(
    accounts: Accounts, tmp_path: Path
) -> None:
    """Whoever reads the folder can sign in as nobody."""
    secret, _ = accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    _, token = accounts.add_token("siti", frozenset({"board"}), timedelta(days=9), by="test")
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for word in (secret, token, PASSWORD):
        assert word.encode() not in everything


def test_a_new_password_ends_every_session(accounts: Accounts) -> None:
    """Whoever had the old one is out."""
    secret, _ = accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    accounts.set_password("siti", "teh manis hangat", by="test")
    assert accounts.of_session(secret) is None
    with pytest.raises(LoginRefused):
        accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    accounts.sign_in("siti", "teh manis hangat", "10.0.0.1", LIFE)


def test_a_removed_account_is_out_at_once(accounts: Accounts) -> None:
    """With its sessions and tokens."""
    secret, _ = accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    _, token = accounts.add_token("siti", frozenset({"board"}), timedelta(days=9), by="test")
    accounts.remove("siti", by="test")
    assert accounts.of_session(secret) is None
    assert accounts.of_token(token) is None
    with pytest.raises(AccessError, match="none of this name"):
        accounts.remove("siti", by="test")


def test_a_wrong_name_and_a_wrong_password_sound_the_same(accounts: Accounts) -> None:
    """Nobody learns which accounts there are."""
    said = set()
    for name, password in (("siti", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(LoginRefused) as caught:
            accounts.sign_in(name, password, "10.0.0.1", LIFE)
        said.add(str(caught.value))
    assert said == {"name or password is wrong"}


def _fail(accounts: Accounts, name: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            accounts.sign_in(name, "wrong", address, LIFE)


def test_after_five_failures_log_in_waits_also_with_the_right_password(
    accounts: Accounts, clock: Clock, store: Store
) -> None:
    """Until the window has passed; another address is not punished."""
    _fail(accounts, "siti", "10.0.0.1", PATIENCE["pair"])
    with pytest.raises(LoginWaits) as caught:
        accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    assert caught.value.seconds == WINDOW.total_seconds()
    accounts.sign_in("siti", PASSWORD, "10.0.0.2", LIFE)
    clock.now += WINDOW
    accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)
    assert acts(store).count("login.refused") == 5
    assert acts(store).count("login.waits") == 1


def test_many_names_from_one_address_wait_too(accounts: Accounts) -> None:
    """Guessing along the list of names is guessing."""
    for n in range(PATIENCE["address"]):
        _fail(accounts, f"user{n}", "10.0.0.1", 1)
    with pytest.raises(LoginWaits):
        accounts.sign_in("siti", PASSWORD, "10.0.0.1", LIFE)


def test_a_restart_does_not_reset_the_count_of_failures(tmp_path: Path, clock: Clock) -> None:
    """S8: the counter stands in the database."""
    with open_store(tmp_path) as store:
        accounts = Accounts(store, clock=clock, hasher=CHEAP)
        accounts.add("siti", Role.VIEWER, PASSWORD, by="test")
        _fail(accounts, "siti", "10.0.0.1", PATIENCE["pair"])
    with open_store(tmp_path) as store, pytest.raises(LoginWaits):
        Accounts(store, clock=clock, hasher=CHEAP).sign_in("siti", PASSWORD, "10.0.0.1", LIFE)


def test_a_token_has_scopes_an_end_and_a_last_use(accounts: Accounts, clock: Clock) -> None:
    """S9: and it names its account, whose role it has."""
    scopes = frozenset({"board", "counter:loket_1"})
    token_id, secret = accounts.add_token("siti", scopes, timedelta(days=9), by="test")
    caller = accounts.of_token(secret)
    assert caller is not None
    assert caller.role is Role.SUPERVISOR
    assert caller.may_use(Scope.BOARD)
    assert not caller.may_use(Scope.FLAGS)
    assert caller.may_see("loket_1")
    assert not caller.may_see("loket_2")
    (row,) = accounts.tokens("siti")
    assert (row.token_id, row.last_used_at) == (token_id, clock.now)
    clock.now += timedelta(days=9)
    assert accounts.of_token(secret) is None


def test_a_revoked_token_is_refused_the_next_time(accounts: Accounts) -> None:
    """And is revoked only once."""
    token_id, secret = accounts.add_token("siti", frozenset({"board"}), LIFE * 2, by="test")
    accounts.revoke_token(token_id, by="test")
    assert accounts.of_token(secret) is None
    with pytest.raises(AccessError, match="revoked before"):
        accounts.revoke_token(token_id, by="test")


@pytest.mark.parametrize(
    ("name", "scopes", "days", "said"),
    [
        ("siti", {"everything"}, 9, "got everything"),
        ("siti", {"counter:loket_1"}, 9, "got none"),
        ("siti", {"board"}, 0, "1 to 366"),
        ("siti", {"board"}, 367, "1 to 366"),
        ("nobody", {"board"}, 9, "none of this name"),
    ],
)
def test_a_token_is_refused(
    accounts: Accounts, name: str, scopes: set[str], days: int, said: str
) -> None:
    """No unknown scope, no token without an end or an account."""
    with pytest.raises(AccessError, match=said):
        accounts.add_token(name, frozenset(scopes), timedelta(days=days), by="test")


def command(data: Path, *words: str) -> int:
    """`siaga user WORDS --data DATA`."""
    parser = ArgumentParser()
    user.configure(parser)
    return user.run(parser.parse_args([*words, "--data", str(data)]))


def test_the_command_line_keeps_accounts_and_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Add, list, token, revoke, remove; the token is printed once, alone on standard output."""
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert command(tmp_path, "add", "siti", "--role", "evaluator", "--password-stdin") == 0
    capsys.readouterr()
    command(tmp_path, "token", "siti", "--scope", "board", "--days", "3")
    secret = capsys.readouterr().out.strip()
    with open_store(tmp_path) as store:
        caller = Accounts(store).of_token(secret)
        assert caller is not None
        assert caller.role is Role.EVALUATOR
        # also while the office runs
        command(tmp_path, "revoke", "1")
        assert Accounts(store).of_token(secret) is None
    command(tmp_path, "list")
    listed = capsys.readouterr().out
    assert "siti" in listed
    assert "token 1: board, revoked" in listed
    assert secret not in listed
    command(tmp_path, "counters", "siti", "--counter", "loket_2", "--counter", "loket_1")
    assert capsys.readouterr().out == "siti: loket_1, loket_2\n"
    command(tmp_path, "list")
    assert "of loket_1, loket_2" in capsys.readouterr().out
    command(tmp_path, "remove", "siti")
    with open_store(tmp_path) as store:
        assert Accounts(store).all() == ()
        assert acts(store) == [
            "user.add",
            "token.add",
            "token.revoke",
            "user.counters",
            "user.remove",
        ]


def test_the_command_line_asks_which_office() -> None:
    """It never guesses a data folder."""
    parser = ArgumentParser()
    user.configure(parser)
    with pytest.raises(AccessError, match="which office"):
        user.run(parser.parse_args(["list"]))
