"""Messages to people: who is told, what was sent, what did not arrive."""

from fastapi import APIRouter, Response

from service.accounts import Caller
from service.api.answers import answer
from service.api.door import Door
from service.api.errors import Refusal
from service.api.routes.records import CursorQuery, LimitQuery
from service.api.schemas_messages import (
    MessageAnswer,
    MessagesAnswer,
    MqttAnswer,
    RecipientAnswer,
)
from service.api.security import MESSAGES, TheDoor, Who
from service.api.tell import Teller, words
from service.messages.mqtt import MqttStatus
from service.messages.values import Recipient
from service.messages.vocabulary import LetterState
from service.store.outbox import Letter

router = APIRouter(tags=["messages"])


@router.get("/messages", response_model=MessagesAnswer, **MESSAGES.route)
def messages(
    caller: Who, door: TheDoor, cursor: CursorQuery = None, limit: LimitQuery = 50
) -> Response:
    """Who is told, and what became of each message. Not for a credential of some counters only."""
    return answer(messages_for(caller, door, cursor, limit))


def messages_for(caller: Caller, door: Door, cursor: str | None, limit: int) -> MessagesAnswer:
    """A page of messages. Errors: Refusal 403 for a narrow credential: a message tells of all."""
    if caller.counters is not None:
        raise Refusal(403)
    before = None if cursor is None else int(cursor)
    found = door.store.outbox.newest(limit + 1, before=before)
    counts = door.store.outbox.counts()
    teller = Teller.of(door.office.board(), door.office.policy())
    desk = door.messages
    status = None if desk is None else desk.mqtt()
    return MessagesAnswer(
        recipients=tuple(
            _recipient(one, {s: counts.get((one.name, s), 0) for s in LetterState})
            for one in (() if desk is None else desk.recipients())
        ),
        mqtt=None if status is None else _mqtt(status, teller),
        items=tuple(_message(one, teller) for one in found[:limit]),
        next=str(found[limit - 1].letter_id) if len(found) > limit else None,
    )


def _message(one: Letter, teller: Teller) -> MessageAnswer:
    return MessageAnswer(
        message=one.letter_id,
        to=one.recipient,
        topic=one.topic,
        topic_text=words(one.topic),
        title=one.title,
        body=one.body,
        state=one.state,
        state_text=words(one.state),
        trouble=one.trouble,
        trouble_text=None if one.trouble is None else words(one.trouble),
        attempts=one.attempts,
        made_at=teller.at(one.made_at),
        due_at=teller.at(one.due_at),
        last_at=None if one.last_at is None else teller.at(one.last_at),
    )


def _recipient(one: Recipient, counts: dict[LetterState, int]) -> RecipientAnswer:
    quiet = one.quiet
    return RecipientAnswer(
        name=one.name,
        tell=tuple(sorted(one.tell)),
        language=one.lang,
        quiet=None if quiet is None else (f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}"),
        counts={state: count for state, count in counts.items() if count},
    )


def _mqtt(status: MqttStatus, teller: Teller) -> MqttAnswer:
    return MqttAnswer(
        host=status.host,
        port=status.port,
        connected=status.connected,
        since=teller.at(status.since),
        trouble=status.trouble,
        trouble_text=None if status.trouble is None else words(status.trouble),
    )
