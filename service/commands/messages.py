"""`siaga messages`: try out whether messages arrive, and see what became of them."""

import argparse
from pathlib import Path

from service.messages.trial import send_trial
from service.messages.vocabulary import LetterState, Trouble
from service.settings import Settings, load_settings
from service.store import open_store
from vision.errors import ConfigError

REMEDIES = {
    Trouble.NO_ADDRESS: "its address is missing or not understood; see url_file or url_env",
    Trouble.NO_CONNECTION: "no connection; check the address, the network and the firewall",
    Trouble.REFUSED: "the target refused; check token, user name and password",
    Trouble.BUSY: "the target is busy or in trouble; try again later",
    Trouble.BROKEN: "it did not leave; check the address",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of `siaga messages`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    office = argparse.ArgumentParser(add_help=False)
    office.add_argument("--config", type=Path, required=True, help="the office's office.toml")
    test = acts.add_parser("test", parents=[office], help="send a trial message to everybody")
    test.add_argument("--to", metavar="NAME", action="append", help="only to this recipient")
    listing = acts.add_parser("list", parents=[office], help="what became of the last messages")
    listing.add_argument("--data", type=Path, help="data folder (default: as configured)")
    listing.add_argument("--last", type=int, default=20, metavar="N", help="how many (default 20)")


def run(arguments: argparse.Namespace) -> int:
    """Exit codes: 0 all left, 1 some did not."""
    settings = load_settings(arguments.config)
    if arguments.act == "list":
        return _list(settings, arguments.data or settings.data, arguments.last)
    return _test(settings, arguments.to)


def _test(settings: Settings, only: list[str] | None) -> int:
    known = {recipient.name: recipient for recipient in settings.messages.recipients}
    broker = settings.messages.mqtt if only is None else None
    if not known and broker is None:
        raise ConfigError(
            f"{settings.path.name} messages: expected a [[messages.to]] or [messages.mqtt], "
            "got none; see docs/messages.md"
        )
    for name in only or ():
        if name not in known:
            raise ConfigError(
                f'--to: expected one of {", ".join(known)}, got "{name}"; '
                f"see [[messages.to]] in {settings.path.name}"
            )
    results = send_trial(settings, only, broker=only is None)
    for name, trouble in results.items():
        print(f"{name}: {'sent' if trouble is None else f'NOT SENT: {REMEDIES[trouble]}'}")
    return 1 if any(results.values()) else 0


def _list(settings: Settings, data: Path, last: int) -> int:
    with open_store(data, zone=settings.zone, exclusive=False) as store:
        letters = store.outbox.newest(last)
    for letter in letters:
        at = (letter.last_at or letter.due_at).astimezone(settings.zone)
        why = "" if letter.trouble is None else f" ({letter.trouble}, {letter.attempts} attempts)"
        print(f"{at:%Y-%m-%d %H:%M:%S}  {letter.recipient}  {letter.state}{why}  {letter.title}")
    if not letters:
        print("no messages yet")
    return 1 if any(letter.state is LetterState.FAILED for letter in letters) else 0
