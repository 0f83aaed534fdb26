"""A flag as one file that opens without Siaga: pictures, verdict, clause, policy and hashes.

Whoever holds the file can check it: each picture stands beside its sha256, and all numbers stand
once more as JSON.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.api.schemas_reviews import FlagReviewsAnswer
from service.board import Board
from service.store import FlagDetail, FlagFrame
from service.store.codec import verdict_body
from service.texts import Lang, clause_text, moment_text, text, word
from service.web.flag_page import flag_view
from service.web.pages import environment
from vision.layout import Layout
from vision.policy import Policy


@dataclass(frozen=True, slots=True)
class ExportFrame:
    """One picture with what it said; boxes in pixels of the picture."""

    at: str
    sha: str
    data: str
    size_wh: tuple[int, int] | None
    boxes: tuple[tuple[str, float, float, float, float, str], ...]
    says: str


def flag_file(
    detail: FlagDetail,
    said: FlagReviewsAnswer,
    pictures: Mapping[str, bytes],
    policy: Policy,
    board: Board,
    *,
    by: str,
    request: str,
) -> str:
    """The file, in Indonesian, for the request of this number."""
    zone, lang = ZoneInfo(board.time_zone), Lang.ID
    counter = detail.flag.counter
    name = next((tile.name for tile in board.tiles if tile.counter == counter), counter)
    view = flag_view(detail, policy, Layout("", ()), zone, lang)
    frames = [_frame(f, pictures.get(f.sha), view.check, zone) for f in detail.frames]
    clause = next((c for c in policy.clauses if c.clause == detail.flag.clause), None)

    def t(message_id: str, **values: object) -> str:
        return text(message_id, lang, **values)

    facts = {
        "flag": detail.flag.flag_id,
        "counter": counter,
        "clause": detail.flag.clause,
        "policy": policy.citation,
        "policy_sha256": policy.sha256,
        "request": request,
        "records": [json.loads(verdict_body(r.verdict)) for r in detail.records],
        "reviews": [one.model_dump(mode="json") for one in said.reviews],
        "pictures": [
            {"captured_at": f.sample.captured_at.isoformat(), "sha256": f.sha}
            for f in detail.frames
        ],
    }
    return (
        environment()
        .get_template("export.html")
        .render(
            t=t,
            lang=lang,
            flag=view,
            name=name,
            office=board.office_name,
            clause_words=clause_text(clause, lang) if clause else "",
            policy=policy,
            frames=frames,
            stands=""
            if said.stands is None
            else f"{word(said.stands.outcome, lang)}, {word(said.stands.status, lang)}",
            reviews=[
                (
                    one.by,
                    word(one.act, lang),
                    word(one.ground, lang) if one.ground else "",
                    one.note,
                    moment_text(one.at, zone, lang),
                )
                for one in said.reviews
            ],
            exported=moment_text(board.now, zone, lang),
            by=by,
            request=request,
            facts=json.dumps(facts, ensure_ascii=False, indent=1),
        )
    )


def _frame(frame: FlagFrame, jpeg: bytes | None, check: str, zone: ZoneInfo) -> ExportFrame:
    left, top = frame.crop_xyxy[:2] if frame.crop_xyxy else (0, 0)
    size = frame.frame_wh
    if frame.crop_xyxy:
        size = (frame.crop_xyxy[2] - left, frame.crop_xyxy[3] - top)
    told = frame.sample.of(check)
    boxes = []
    for observation in frame.sample.observations:
        for box in observation.basis:
            x0, y0, x1, y1 = box.xyxy
            boxes.append(
                (
                    word(box.label, Lang.ID),
                    x0 - left,
                    y0 - top,
                    x1 - x0,
                    y1 - y0,
                    observation.outcome.value,
                )
            )
    says = ""
    if told is not None:
        says = word(told.outcome, Lang.ID)
        if told.reason is not None:
            says += f": {word(told.reason, Lang.ID)}"
    return ExportFrame(
        at=moment_text(frame.sample.captured_at, zone, Lang.ID, seconds=True),
        sha=frame.sha,
        data="" if jpeg is None else b64encode(jpeg).decode(),
        size_wh=size,
        boxes=tuple(boxes),
        says=says,
    )
