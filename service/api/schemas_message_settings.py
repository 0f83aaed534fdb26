"""What the API of the part Pesan of Pengaturan takes and answers. No secret is in an answer."""

from typing import Annotated

from pydantic import Field

from service.api.schemas import Value, Words
from service.api.schemas_settings import Pause, Text, Version, Was
from service.api.schemas_setup import Asked
from service.languages import Lang
from service.messages.vocabulary import Route, Topic, Trouble

Secret = Annotated[str, Field(max_length=1000, repr=False)]


class RecipientSent(Asked):
    """Who is told. `address` and `secret` empty: as before; `language` empty: the office's.

    `secret` signs a webhook. `quiet` are hours without messages; `[]` or null: none.
    """

    row: Was = None
    name: Text
    address: Secret = ""
    secret: Secret = ""
    language: Text = ""
    tell: list[Text] = Field(max_length=10, description="digest, camera, counter")
    quiet: Pause = None


class BrokerSent(Asked):
    """The MQTT broker. `host` empty: none is told; `password` empty: as before."""

    host: Text = ""
    port: Text = ""
    user: Text = ""
    password: Secret = ""
    tls: bool = False


class MessageSettingsSent(Asked):
    """Who is told of what. `mqtt` null: the broker stays as it is."""

    version: Version
    language: Text = "id"
    cool_down_min: Text = "60"
    board_url: Text = ""
    to: list[RecipientSent] = Field(default=[], max_length=60)
    mqtt: BrokerSent | None = None


class RecipientKept(Value):
    """Who is told. `language` null: the office's. `ready` false: its address is missing."""

    row: int
    name: str
    route: Route
    route_text: Words
    signed: bool
    ready: bool
    language: Lang | None
    tell: tuple[Topic, ...]
    quiet: tuple[str, str] | None


class BrokerKept(Value):
    """The MQTT broker; whether it has a password, and not which."""

    host: str
    port: int | None
    user: str
    has_password: bool
    tls: bool


class MessageSettingsAnswer(Value):
    """Who is told, as it is in force; changes hold at once."""

    version: str
    file_changed: bool
    language: Lang
    cool_down_min: float
    board_url: str
    to: tuple[RecipientKept, ...]
    mqtt: BrokerKept | None


class TrialSent(Asked):
    """To whom a trial message goes: `to` a recipient, `broker` the MQTT broker; neither: to all."""

    to: Text = ""
    broker: bool = False


class TrialResult(Value):
    """What became of a trial message. `to` is `mqtt` for the broker."""

    to: str
    sent: bool
    trouble: Trouble | None
    trouble_text: Words | None


class TrialAnswer(Value):
    """What became of each trial message; nothing of what a target said."""

    results: tuple[TrialResult, ...]
