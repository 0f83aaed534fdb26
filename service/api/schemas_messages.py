"""What was told to whom, and whether it arrived. Addresses are in no answer."""

from datetime import datetime

from service.api.schemas import Value, Words
from service.messages.vocabulary import LetterState, Topic, Trouble
from service.texts import Lang


class MessageAnswer(Value):
    """One message to one recipient. `last_at` is of the last attempt, `due_at` of the next."""

    message: int
    to: str
    topic: Topic
    topic_text: Words
    title: str
    body: str
    state: LetterState
    state_text: Words
    trouble: Trouble | None
    trouble_text: Words | None
    attempts: int
    made_at: datetime
    due_at: datetime
    last_at: datetime | None


class RecipientAnswer(Value):
    """Who is told, of what, and how many messages of the last 30 days are in which state."""

    name: str
    tell: tuple[Topic, ...]
    language: Lang
    quiet: tuple[str, str] | None
    counts: dict[LetterState, int]


class MqttAnswer(Value):
    """The broker that is told how the office stands."""

    host: str
    port: int
    connected: bool
    since: datetime
    trouble: Trouble | None
    trouble_text: Words | None


class MessagesAnswer(Value):
    """A page of messages, the newest first; `next` goes into `cursor`, null: there is no more."""

    recipients: tuple[RecipientAnswer, ...]
    mqtt: MqttAnswer | None
    items: tuple[MessageAnswer, ...]
    next: str | None
