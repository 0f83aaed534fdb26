"""A trial message to those who are told: what `siaga messages test` and Pengaturan send."""

from collections.abc import Collection
from uuid import uuid4

from service.messages.mqtt import try_out as try_broker
from service.messages.postman import try_out
from service.messages.values import Recipient
from service.messages.vocabulary import Trouble
from service.messages.wording import trial
from service.settings import Settings

BROKER = "mqtt"
"""Under this name the broker answers."""


def send_trial(
    settings: Settings, only: Collection[str] | None = None, *, broker: bool = True
) -> dict[str, Trouble | None]:
    """Send it, to `only` these where they are named; what went wrong with each (None: it left).

    Takes as long as the targets do: up to some fifteen seconds each.
    """
    known = {recipient.name: recipient for recipient in settings.messages.recipients}
    chosen = {name: one for name, one in known.items() if only is None or name in only}

    def words(recipient: Recipient) -> tuple[str, str]:
        said = trial(settings.name, settings.messages.board_url, recipient.lang)
        return said.title, said.body

    results = try_out(chosen, uuid4().hex, words)
    if broker and settings.messages.mqtt is not None:
        title = words(Recipient(BROKER, settings.messages.lang))[0]
        results[BROKER] = try_broker(settings.messages.mqtt, settings.office, title)
    return results
