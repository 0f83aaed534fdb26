"""`siaga user`: accounts and tokens, also while the office runs."""

import argparse
import sys
from datetime import timedelta
from getpass import getpass, getuser
from pathlib import Path

from service.accounts import Accounts, Role
from service.store import open_store
from vision.errors import AccessError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    office = argparse.ArgumentParser(add_help=False)
    office.add_argument(
        "--config", type=Path, metavar="OFFICE.TOML", help="the office (its data folder is used)"
    )
    office.add_argument("--data", type=Path, metavar="FOLDER", help="the data folder itself")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")

    add = acts.add_parser("add", parents=[office], help="add an account; asks for the password")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    _takes_counters(add, "a counter it belongs to: it contests for no other; may be given again")

    password = acts.add_parser("password", parents=[office], help="give an account a new password")
    password.add_argument("name")
    password.add_argument("--password-stdin", action="store_true")

    counters = acts.add_parser(
        "counters", parents=[office], help="say which counters an account belongs to; none: any"
    )
    counters.add_argument("name")
    _takes_counters(counters, "one of them; may be given again")

    acts.add_parser("list", parents=[office], help="list accounts and tokens")

    remove = acts.add_parser(
        "remove", parents=[office], help="remove an account with its sessions and tokens"
    )
    remove.add_argument("name")

    token = acts.add_parser(
        "token", parents=[office], help="make a token for a program; it is printed once"
    )
    token.add_argument("name", help="the account whose role it has")
    token.add_argument(
        "--scope",
        action="append",
        required=True,
        metavar="SCOPE",
        help="board, flags, metrics, push:CAMERA for a device, or counter:NAME to narrow it; "
        "may be given again",
    )
    token.add_argument("--days", type=int, default=90, help="its life, 1 to 366 (default 90)")

    revoke = acts.add_parser("revoke", parents=[office], help="end a token")
    revoke.add_argument("token_id", type=int, metavar="TOKEN-ID")


def _takes_counters(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--counter", action="append", default=[], metavar="COUNTER", help=words)


def run(arguments: argparse.Namespace) -> int:
    """Do one act. Errors: SiagaError."""
    with open_store(_data_folder(arguments), exclusive=False) as store:
        if known := getattr(arguments, "counter", None):
            _refuse_unknown(arguments, known)
        _act(arguments, Accounts(store), f"command line ({getuser()})")
    return 0


def _data_folder(arguments: argparse.Namespace) -> Path:
    if arguments.data is not None:
        return Path(arguments.data)
    if arguments.config is None:
        raise AccessError("which office? give --config OFFICE.TOML or --data FOLDER")
    from service.settings import load_settings  # slow to import

    return load_settings(arguments.config).data


def _refuse_unknown(arguments: argparse.Namespace, counters: list[str]) -> None:
    """With an office file at hand, a counter it does not have is a slip. Errors: AccessError."""
    if arguments.config is None:
        return
    from service.settings import load_settings  # slow to import

    there = {counter.counter for counter in load_settings(arguments.config).layout.counters}
    unknown = sorted(set(counters) - there)
    if unknown:
        raise AccessError(
            f"counter: expected one of {', '.join(sorted(there))}, got {', '.join(unknown)}"
        )


def _act(arguments: argparse.Namespace, accounts: Accounts, by: str) -> None:
    name = getattr(arguments, "name", "")
    match arguments.act:
        case "add":
            role = Role(arguments.role)
            password, own = _password(stdin=arguments.password_stdin), frozenset(arguments.counter)
            accounts.add(name, role, password, by=by, counters=own)
            _say(f"{name}: added as {role}")
        case "password":
            accounts.set_password(name, _password(stdin=arguments.password_stdin), by=by)
            _say(f"{name}: password changed, sessions ended")
        case "counters":
            accounts.set_counters(name, frozenset(arguments.counter), by=by)
            _say(f"{name}: {', '.join(sorted(set(arguments.counter))) or 'no counter'}")
        case "list":
            _list(accounts)
        case "remove":
            accounts.remove(name, by=by)
            _say(f"{name}: removed")
        case "token":
            scopes, life = frozenset(arguments.scope), timedelta(days=arguments.days)
            token_id, secret = accounts.add_token(name, scopes, life, by=by)
            sys.stderr.write(f"token {token_id} of {name}; it is not shown again:\n")
            _say(secret)
        case _:
            accounts.revoke_token(arguments.token_id, by=by)
            _say(f"token {arguments.token_id}: revoked")


def _list(accounts: Accounts) -> None:
    for user in accounts.all():
        own = f", of {', '.join(sorted(user.counters))}" if user.counters else ""
        _say(f"{user.name:<24} {user.role:<10} since {user.created_at:%Y-%m-%d}{own}")
        for token in accounts.tokens(user.name):
            end = (
                "revoked" if token.revoked_at is not None else f"until {token.expires_at:%Y-%m-%d}"
            )
            used = token.last_used_at
            last = "never used" if used is None else f"last used {used:%Y-%m-%d}"
            _say(f"  token {token.token_id}: {' '.join(sorted(token.scopes))}, {end}, {last}")


def _password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass("password: ")
    if getpass("once more: ") != first:
        raise AccessError("password: the two differ; nothing was changed")
    return first


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
