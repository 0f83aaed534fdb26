"""The closed vocabularies of messages; each member has its word in both languages."""

from enum import StrEnum


class Topic(StrEnum):
    """What a message is about. TRIAL is sent by hand and to everybody."""

    DIGEST = "digest"
    CAMERA = "camera"
    COUNTER = "counter"
    TRIAL = "trial"


TOPICS = frozenset({Topic.DIGEST, Topic.CAMERA, Topic.COUNTER})
"""What a recipient may choose from; all of it by default."""


class Route(StrEnum):
    """Which way an address leads, as far as it may be told of a secret."""

    TELEGRAM = "telegram"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    WEBHOOK = "webhook"
    SIGNED = "signed"
    OTHER = "other"
    NONE = "none"


class LetterState(StrEnum):
    """What became of a message to one recipient.

    UNCERTAIN: the office was cut off while it was on its way; it is not sent again.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNCERTAIN = "uncertain"


class Trouble(StrEnum):
    """Why a message did not leave. A closed vocabulary: what a service answered is never kept."""

    NO_ADDRESS = "no_address"
    NO_CONNECTION = "no_connection"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"
