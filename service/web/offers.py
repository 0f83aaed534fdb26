"""What a page offers to its reader: links only to what they may open."""

from service.accounts import Caller
from service.api.security import (
    BRIEFING,
    CONTEST,
    EXPORT,
    FLAGS,
    GO,
    MESSAGES,
    OBSERVE,
    REVIEW,
    SETUP,
)


def offers(who: Caller) -> dict[str, object]:
    """A way out, each page that is for them, and the counters they belong to."""
    return {
        "signed_in": who.via == "session",
        "may_replay": FLAGS.admits(who),
        "may_go": GO.admits(who),
        "may_review": REVIEW.admits(who),
        "may_export": EXPORT.admits(who),
        "may_contest": CONTEST.admits(who),
        "own_counters": who.own,
        "may_set_up": SETUP.admits(who),
        "may_brief": BRIEFING.admits(who),
        "may_observe": OBSERVE.admits(who),
        "may_read_messages": MESSAGES.admits(who),
    }
