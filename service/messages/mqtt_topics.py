"""What an office says over MQTT, as topics and payloads. Pure.

Discovery follows Home Assistant: one device for the office, an entity for each counter and camera,
each told by a retained topic of its own. Times stand in payloads only where something began: a
topic changes when the office does, not with every picture.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from service.board import Board, CameraStatus, Finding, Tile, TileState
from service.messages.values import MqttSettings
from service.texts import Lang, finding_text, text, word
from vision.day import Phase
from vision.policy import Policy

ONLINE, OFFLINE = "online", "offline"
PHASES = [phase.value for phase in Phase]
STATES = [state.value for state in TileState]


class Topics:
    """The topics of one office."""

    def __init__(self, settings: MqttSettings, office: str) -> None:
        self.node = f"siaga_{office}"
        self.root = f"{settings.prefix}/{office}"
        self.availability = f"{self.root}/availability"
        self.trial = f"{self.root}/trial"
        self._discovery = settings.discovery_prefix

    @property
    def every_config(self) -> str:
        """A filter for all that was ever announced of this office."""
        return f"{self._discovery}/+/{self.node}/+/config"

    def config(self, component: str, entity: str) -> str:
        """Where an entity is announced."""
        return f"{self._discovery}/{component}/{self.node}/{entity}/config"

    def counter(self, counter: str) -> str:
        """Where the state of a counter stands."""
        return f"{self.root}/counter/{counter}"

    def camera(self, camera: str) -> str:
        """Where it stands whether a camera needs a human."""
        return f"{self.root}/camera/{camera}"


def announcements(topics: Topics, board: Board, lang: Lang, version: str) -> dict[str, str]:
    """Topic and payload of each entity of the office."""
    about = {
        "availability_topic": topics.availability,
        "device": {
            "identifiers": [topics.node],
            "name": board.office_name,
            "manufacturer": "Siaga",
            "sw_version": version,
        },
        "origin": {"name": "Siaga", "sw_version": version},
    }
    told: dict[str, str] = {}

    def announce(component: str, entity: str, state: str, **more: object) -> None:
        named = {"unique_id": f"{topics.node}_{entity}", "object_id": f"{topics.node}_{entity}"}
        payload = {**named, "state_topic": state, **more, **about}
        told[topics.config(component, entity)] = _dumps(payload)

    announce(
        "sensor",
        "phase",
        f"{topics.root}/phase",
        name=text("message.phase", lang),
        device_class="enum",
        options=PHASES,
    )
    announce(
        "sensor",
        "next_answer",
        f"{topics.root}/next_answer",
        name=text("message.next_answer", lang),
        device_class="timestamp",
    )
    for tile in board.tiles:
        at = topics.counter(tile.counter)
        announce(
            "sensor",
            f"counter_{tile.counter}",
            f"{at}/state",
            name=tile.name,
            device_class="enum",
            options=STATES,
            icon="mdi:desk",
            json_attributes_topic=f"{at}/attributes",
        )
    for camera in board.cameras:
        at = topics.camera(camera.camera)
        announce(
            "binary_sensor",
            f"camera_{camera.camera}",
            f"{at}/problem",
            name=text("message.camera_entity", lang, camera=camera.camera),
            device_class="problem",
            entity_category="diagnostic",
            json_attributes_topic=f"{at}/attributes",
        )
    return told


def states(topics: Topics, board: Board, policy: Policy, lang: Lang) -> dict[str, str]:
    """Topic and payload of everything that stands now."""
    zone = ZoneInfo(board.time_zone)
    told = {
        f"{topics.root}/phase": board.phase.value,
        f"{topics.root}/next_answer": _instant(board.next_ready_at, zone) or "None",
    }
    for tile in board.tiles:
        at = topics.counter(tile.counter)
        told[f"{at}/state"] = tile.state.value
        told[f"{at}/attributes"] = _dumps(_tile(tile, policy, lang, zone))
    for camera in board.cameras:
        at = topics.camera(camera.camera)
        told[f"{at}/problem"] = "OFF" if camera.alarm_since is None else "ON"
        told[f"{at}/attributes"] = _dumps(_camera(camera, lang, zone))
    return told


def _tile(tile: Tile, policy: Policy, lang: Lang, zone: ZoneInfo) -> Mapping[str, object]:
    def finding(one: Finding) -> Mapping[str, object]:
        return {
            "clause": one.clause,
            "words": finding_text(one, policy.clause(one.clause), lang),
            "since": _instant(one.since, zone),
            "status": one.status.value,
        }

    return {
        "words": word(tile.state, lang),
        "answer": None if tile.decided is None else tile.decided.value,
        "answered_at": _instant(tile.decided_at, zone),
        "staffed": tile.staffed,
        "against": [finding(one) for one in tile.against],
    }


def _camera(camera: CameraStatus, lang: Lang, zone: ZoneInfo) -> Mapping[str, object]:
    """Without the camera's own sentence: it may name an address."""
    return {
        "state": camera.state.value,
        "words": word(camera.state, lang),
        "since": _instant(camera.since, zone),
    }


def _instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
