"""`siaga messages`: the administrator tries out what will be needed at five to eight."""

from pathlib import Path

import pytest

from service.cli import main
from service.messages.values import Recipient
from service.store import open_store
from tests.live_office import EMPTY_OFFICE
from tests.receivers import web_hook
from tests.service.test_outbox import NEWS, NOW, SAID, leave

TO = """
[[messages.to]]
name = "{name}"
url_file = "{name}.url"
"""


def office(folder: Path, **addresses: str) -> str:
    """An office that tells these recipients."""
    text = EMPTY_OFFICE
    for name, address in addresses.items():
        (folder / f"{name}.url").write_text(address, "utf-8")
        text += TO.format(name=name)
    (folder / "office.toml").write_text(text, "utf-8")
    return str(folder / "office.toml")


def test_a_trial_message_arrives_and_says_that_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it is needed; `siaga config check` names who is told."""
    with web_hook() as hook:
        config = office(tmp_path, grup=hook.address)
        assert main(["messages", "test", "--config", config]) == 0
        assert hook.got[0]["title"] == "KPPN Contoh: pesan percobaan Siaga"
    assert capsys.readouterr().out == "grup: sent\n"
    assert main(["config", "check", config]) == 0
    assert "messages  grup  camera, counter, digest (id)" in capsys.readouterr().out


def test_what_did_not_arrive_is_said_with_its_remedy_and_without_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad address hides no good one."""
    with web_hook(401) as hook, web_hook() as good:
        config = office(tmp_path, grup=hook.address, piket=good.address)
        assert main(["messages", "test", "--config", config]) == 1
        assert len(good.got) == 1
    said = capsys.readouterr()
    assert "grup: NOT SENT: the target refused; check token" in said.out
    assert "piket: sent" in said.out
    assert "rahasia" not in said.out + said.err


def test_only_one_recipient_may_be_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody else is bothered; an unknown one is refused."""
    with web_hook() as hook, web_hook() as other:
        config = office(tmp_path, grup=hook.address, piket=other.address)
        assert main(["messages", "test", "--config", config, "--to", "piket"]) == 0
        assert (len(hook.got), len(other.got)) == (0, 1)
        assert main(["messages", "test", "--config", config, "--to", "kepala"]) == 1
    assert 'expected one of grup, piket, got "kepala"' in capsys.readouterr().err


def test_an_office_that_tells_nobody_says_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not a silent success."""
    assert main(["messages", "test", "--config", office(tmp_path)]) == 1
    assert "expected a [[messages.to]] or [messages.mqtt], got none" in capsys.readouterr().err


def test_what_became_of_messages_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also while the office runs, and also without a browser."""
    config = office(tmp_path)
    assert main(["messages", "list", "--config", config]) == 0
    with open_store(tmp_path / "data") as store:
        leave(store, Recipient("grup"), news=NEWS, words=SAID)
        store.outbox.sent(store.outbox.newest(1)[0].letter_id, NOW)
    assert main(["messages", "list", "--config", config]) == 0
    said = capsys.readouterr().out
    assert "no messages yet" in said
    assert "2026-11-24 09:00:00  grup  sent  KPPN Contoh: loket perlu dilihat" in said
