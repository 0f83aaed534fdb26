"""From the messages in force to the answers of Pengaturan. No address leaves this house."""

from collections.abc import Mapping
from datetime import timedelta

from service.api import schemas_message_settings as s
from service.api.tell import words
from service.messages.targets import route_of
from service.messages.values import Quiet
from service.messages.vocabulary import Trouble
from service.settings import MessagesTable
from service.setup import Setup


def messages_answer(setup: Setup) -> s.MessageSettingsAnswer:
    """Who is told, and how often."""
    known = setup.settings.messages
    written = setup.written.get("messages", {})
    table = MessagesTable.model_validate(written if isinstance(written, dict) else {})
    return s.MessageSettingsAnswer(
        version=setup.version,
        file_changed=setup.file_changed,
        language=known.lang,
        cool_down_min=known.cool_down / timedelta(minutes=1),
        board_url=known.board_url,
        to=tuple(
            s.RecipientKept(
                row=index,
                name=one.name,
                route=route_of(one),
                route_text=words(route_of(one)),
                signed=bool(one.secret),
                ready=bool(one.address),
                language=row.language,
                tell=tuple(sorted(one.tell)),
                quiet=_quiet(one.quiet),
            )
            for index, (one, row) in enumerate(zip(known.recipients, table.to, strict=True))
        ),
        mqtt=None
        if known.mqtt is None or table.mqtt is None
        else s.BrokerKept(
            host=known.mqtt.host,
            port=table.mqtt.port,
            user=known.mqtt.user,
            has_password=bool(known.mqtt.password),
            tls=known.mqtt.tls,
        ),
    )


def _quiet(quiet: Quiet | None) -> tuple[str, str] | None:
    return None if quiet is None else (f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}")


def trial_answer(results: Mapping[str, Trouble | None]) -> s.TrialAnswer:
    """What became of each trial message."""
    told = [
        s.TrialResult(
            to=name,
            sent=trouble is None,
            trouble=trouble,
            trouble_text=None if trouble is None else words(trouble),
        )
        for name, trouble in results.items()
    ]
    return s.TrialAnswer(results=tuple(told))
