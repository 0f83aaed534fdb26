"""The part Pesan of Pengaturan: who is told, and whether it arrives. For administrators alone."""

from fastapi import APIRouter, Response

from service.api import schemas_message_settings as s
from service.api.answers import answer
from service.api.errors import Refusal
from service.api.routes.setup import TheSetup, told
from service.api.security import SETUP, TheDoor, Who
from service.api.tell_message_settings import messages_answer, trial_answer
from service.message_edits import BrokerWish, MessagesWish, RecipientWish, messages_edit
from service.messages.trial import send_trial

router = APIRouter(tags=["settings"])


@router.get("/settings/messages", response_model=s.MessageSettingsAnswer, **SETUP.route)
def message_settings(setup: TheSetup) -> Response:
    """Who is told of what, quiet hours, cool-down, the broker; addresses are not shown."""
    return answer(messages_answer(setup))


@router.put("/settings/messages", response_model=s.MessageSettingsAnswer, **SETUP.route)
def save_message_settings(caller: Who, setup: TheSetup, body: s.MessageSettingsSent) -> Response:
    """Save it; from the next message on it holds.

    An address, a secret or a password that is sent goes into a file of its own that the service
    alone may read, and is never shown again. A recipient that is not sent is told no more.
    """
    wish = MessagesWish(
        language=body.language,
        cool_down_min=body.cool_down_min,
        board_url=body.board_url,
        to=[
            RecipientWish(
                one.row, one.name, one.address, one.secret, one.language, one.tell, one.quiet
            )
            for one in body.to
        ],
        mqtt=None
        if body.mqtt is None
        else BrokerWish(
            body.mqtt.host, body.mqtt.port, body.mqtt.user, body.mqtt.password, body.mqtt.tls
        ),
    )
    with told():
        edit = messages_edit(wish, setup.written, setup.settings.messages)
        setup.save_edit(edit, body.version, caller.name)
    return answer(messages_answer(setup))


@router.post("/settings/messages/trial", response_model=s.TrialAnswer, **SETUP.route)
def try_messages(caller: Who, door: TheDoor, setup: TheSetup, body: s.TrialSent) -> Response:
    """Send a trial message as it is saved, and say what became of it. 404 for an unknown name."""
    settings = setup.settings
    names = [one.name for one in settings.messages.recipients]
    if body.to and body.to not in names:
        raise Refusal(404)
    if body.broker and settings.messages.mqtt is None:
        raise Refusal(404)
    only = [body.to] if body.to else ([] if body.broker else None)
    results = send_trial(settings, only, broker=body.broker or only is None)
    became = {name: "sent" if one is None else one.value for name, one in results.items()}
    door.store.audit(caller.name, "messages.trial", "messages", dict(became))
    return answer(trial_answer(results))
