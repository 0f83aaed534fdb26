"""The versions of the policy that an office was judged by, read from the texts that it kept."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from service.policies import parse_policy
from service.store import KeptPolicy
from vision.errors import PolicyError
from vision.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version. `since` is when it was last taken up, None where that was never written down;
    `policy` is None where this program cannot read its text any more.
    """

    citation: str
    since: datetime | None
    current: bool
    policy: Policy | None


def versions_of(kept: Iterable[KeptPolicy], current: Policy) -> tuple[PolicyVersion, ...]:
    """The policy in force first, then those before it, the newest first."""
    rows = tuple(kept)
    since = next((row.since for row in rows if row.citation == current.citation), None)
    return (
        PolicyVersion(current.citation, since, current=True, policy=current),
        *(
            PolicyVersion(row.citation, row.since, current=False, policy=_read(row.text))
            for row in rows
            if row.citation != current.citation
        ),
    )


def held_today(
    kept: Iterable[KeptPolicy], cited: Set[str], chosen: Policy
) -> Policy | None:
    """The version that a day goes on under after a restart, where another one was chosen meanwhile.

    `cited` is what the verdicts of the day cite so far: no day is judged by two. None: the chosen
    one holds, since nothing was judged yet, or the version cannot be read any more.
    """
    if chosen.citation in cited:
        return None
    text = next((row.text for row in kept if row.citation in cited), None)
    return None if text is None else _read(text)


@lru_cache(maxsize=16)
def _read(text: str) -> Policy | None:
    """None where it lacks what this Siaga asks for: it was written for another one."""
    try:
        return parse_policy("policy.toml", text.encode())
    except PolicyError:
        return None
