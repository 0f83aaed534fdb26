"""What is wrong with what somebody typed: which field, which words, which values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vision.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `where` names the field, `code` the text, `values` fill it."""

    where: str
    code: str
    values: Mapping[str, str]

    @classmethod
    def of(cls, where: str, code: str, **values: object) -> "Problem":
        """With values as they are shown."""
        return cls(where, code, {name: str(value) for name, value in values.items()})


class SetupRefused(ConfigError):
    """What was asked cannot be saved; each problem belongs to a field."""

    code = "not_saved"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.code}" for p in problems))
        self.problems = tuple(problems)
