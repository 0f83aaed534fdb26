"""The versions of the policy that an office was judged by, read from the texts that it kept."""

from collections.abc import Iterable
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


@lru_cache(maxsize=16)
def _read(text: str) -> Policy | None:
    """None where it lacks what this Siaga asks for: it was written for another one."""
    try:
        return parse_policy("policy.toml", text.encode())
    except PolicyError:
        return None
