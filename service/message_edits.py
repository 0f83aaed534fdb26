"""The section `[messages]` of the office's file as the page Pengaturan asks for it.

Addresses, secrets and the broker's password go into files of their own beside the office's file.
None of them is in a problem, an answer or the audit log.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.edits import Edit, Typed
from service.languages import Lang
from service.messages.targets import is_known, is_web
from service.messages.values import MessageSettings, Recipient
from service.messages.vocabulary import TOPICS
from service.office_file import Make, Plain, Row, put_rows, put_values, table_at

COOL_DOWN_MIN = (0.0, 1440.0)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_BOARD = re.compile(r"https?://[^\s@]+")


@dataclass(frozen=True, slots=True)
class RecipientWish:
    """Who is told, as typed. `address` and `secret` empty: as before. `was`: its place."""

    was: int | None
    name: str
    address: str = field(repr=False)
    secret: str = field(repr=False)
    language: str
    tell: Sequence[str]
    quiet: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class BrokerWish:
    """The MQTT broker, as typed. `host` empty: none is told; `password` empty: as before."""

    host: str
    port: str
    user: str
    password: str = field(repr=False)
    tls: bool


@dataclass(frozen=True, slots=True)
class MessagesWish:
    """The section as the page sends it. `mqtt` None: that of the file stays as it is."""

    language: str
    cool_down_min: str
    board_url: str
    to: Sequence[RecipientWish]
    mqtt: BrokerWish | None = None


def messages_edit(
    wish: MessagesWish, written: Mapping[str, object], known: MessageSettings
) -> Edit:
    """How the section changes; `written` is the file as it is, `known` what it says."""
    typed, files = Typed(), _Files()
    section = written.get("messages")
    there = section if isinstance(section, dict) else {}
    head = _head(typed, wish, there)
    rows = [
        _recipient(typed, files, index, one, known.recipients) for index, one in enumerate(wish.to)
    ]
    names = [one.name.strip().casefold() for one in wish.to]
    for index, name in enumerate(names):
        if name in names[:index]:
            typed.fault(f"messages.to.{index}.name", "id_taken", id=wish.to[index].name.strip())
    broker = None if wish.mqtt is None else _broker(typed, files, wish.mqtt, known)
    count = len(known.recipients)

    def put(data: Plain, make: Make) -> None:
        table = table_at(data, "messages", make)
        put_values(table, head)
        put_rows(table, "to", rows, make)
        if broker is None:
            return
        if broker:
            put_values(table_at(table, "mqtt", make), broker)
        elif "mqtt" in table:
            del table["mqtt"]

    kept = {row.was for row in rows if row.was is not None and 0 <= row.was < count}
    detail = {
        "recipients": [one.name.strip() for one in wish.to],
        "removed": [one.name for i, one in enumerate(known.recipients) if i not in kept],
    }
    return Edit("messages", tuple(typed.problems), put, detail=detail, secrets=files.contents)


class _Files:
    """Secrets, each with the name of the file it will be kept in; a new one for each save, so that
    earlier versions of the office's file still find theirs.
    """

    def __init__(self) -> None:
        self.contents: dict[str, str] = {}

    def keep(self, name: str, ending: str, secret: str) -> str:
        file = f"secrets/{name}-{secrets.token_hex(4)}.{ending}"
        self.contents[file] = secret
        return file


def _head(typed: Typed, wish: MessagesWish, there: Mapping[str, object]) -> dict[str, object]:
    if wish.language not in set(Lang):
        typed.fault("messages.language", "choose")
    minutes = typed.number("messages.cool_down_min", wish.cool_down_min, *COOL_DOWN_MIN)
    if minutes is not None and minutes == int(minutes):
        minutes = int(minutes)
    board = typed.words("messages.board_url", wish.board_url)
    if board and not _BOARD.fullmatch(board):
        typed.fault("messages.board_url", "board_url_shape")
    is_usual = "language" not in there and wish.language == Lang.ID
    return {
        "language": None if is_usual else wish.language,
        # Always written: a section that held recipients alone would vanish with the last of them.
        "cool_down_min": minutes,
        "board_url": board or None,
    }


def _recipient(
    typed: Typed, files: _Files, index: int, wish: RecipientWish, known: Sequence[Recipient]
) -> Row:
    where = f"messages.to.{index}"
    name = wish.name.strip()
    if not _NAME.fullmatch(name) or name.casefold() == "mqtt":  # that is the broker's
        typed.fault(f"{where}.name", "id_shape", id="")
        name = "x"  # nothing is saved then
    values: dict[str, object] = {"name": name}
    before = None
    if wish.was is not None and 0 <= wish.was < len(known):
        before = known[wish.was]
    address, secret = wish.address.strip(), wish.secret.strip()
    if address:
        values |= {"url_file": files.keep(name, "url", address), "url_env": None}
    elif before is None:
        typed.fault(f"{where}.address", "address_empty")
    if secret:
        values |= {"secret_file": files.keep(name, "secret", secret), "secret_env": None}
    _fit(typed, f"{where}.address", address, secret, before)
    if wish.language not in {"", *Lang}:
        typed.fault(f"{where}.language", "choose")
    values["language"] = wish.language or None
    chosen = [topic.value for topic in sorted(TOPICS) if topic in wish.tell]
    if not chosen or len(chosen) != len(set(wish.tell)):
        typed.fault(f"{where}.tell", "tell_none")
    values["tell"] = None if len(chosen) == len(TOPICS) else chosen
    quiet = typed.pause(f"{where}.quiet", wish.quiet)
    if quiet and len(quiet) == 2 and quiet[0] == quiet[1]:
        typed.fault(f"{where}.quiet", "quiet_same")
    values["quiet"] = quiet or None
    return Row(wish.was, values)


def _fit(typed: Typed, where: str, address: str, secret: str, before: Recipient | None) -> None:
    """Whether the address is one, and the right one beside a secret; as it will be after a save."""
    if not address and not secret:
        return
    whole = address or (before.address if before else "")
    if secret or (before is not None and before.secret):
        if whole and not is_web(whole):
            typed.fault(where, "address_signed")
    elif not is_known(whole):
        typed.fault(where, "address_unknown")


def _broker(
    typed: Typed, files: _Files, wish: BrokerWish, known: MessageSettings
) -> dict[str, object]:
    """The keys of `[messages.mqtt]`; none where no broker is wanted."""
    host, user, password = wish.host.strip(), wish.user.strip(), wish.password.strip()
    if not host:
        if password or user:
            typed.fault("messages.mqtt.host", "text_empty")
        return {}
    if not _HOST.fullmatch(host):
        typed.fault("messages.mqtt.host", "broker_host")
    port = None
    if wish.port.strip():
        port = typed.number("messages.mqtt.port", wish.port, 1, 65535)
        if port is not None and port != int(port):
            typed.fault("messages.mqtt.port", "number_whole")
    has_password = bool(password or (known.mqtt is not None and known.mqtt.password))
    if has_password and not user:
        typed.fault("messages.mqtt.user", "broker_user")
    kept = known.mqtt
    if kept is not None and kept.password and not password:
        elsewhere = (host, user) != (kept.host, kept.user)
        if elsewhere or (kept.tls and not wish.tls):  # a secret goes only where it was meant to go
            typed.fault("messages.mqtt.password", "text_empty")
    values: dict[str, object] = {
        "host": host,
        "port": None if port is None else int(port),
        "user": typed.words("messages.mqtt.user", user) or None,
        "tls": wish.tls or None,
    }
    if password:
        values |= {"password_file": files.keep("mqtt", "password", password), "password_env": None}
    return values
