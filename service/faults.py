"""Faults of a TOML file that people write, all at once: place, expected, got, remedy."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from service.toml_lines import KeyPath, line_of, lines_of
from vision.errors import SiagaError

Word = TypeVar("Word", bound=StrEnum)
Model = TypeVar("Model", bound=BaseModel)


SECRET = ("password", "secret", "token_", "url_")
"""What stands under keys with these words is never shown, even where it is out of place."""


class Table(BaseModel):
    """A table of a file: unknown keys, other types and infinite numbers are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file. `line` counts from 1."""

    file: str
    line: int
    key: str
    expected: str
    got: str
    remedy: str = ""

    def __str__(self) -> str:
        """`office.toml:14 cameras[0].url: expected ..., got ...; remedy: ...`."""
        place = f"{self.file}:{self.line} {self.key}".rstrip()
        remedy = f"; remedy: {self.remedy}" if self.remedy else ""
        return f"{place}: expected {self.expected}, got {self.got}{remedy}"


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file that still knows its lines. `name` is the file's name without its folder."""

    name: str
    content: bytes
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def fault(self, path: KeyPath, expected: str, got: str, remedy: str = "") -> Fault:
        """A fault at the key `path`."""
        return Fault(self.name, line_of(self.lines, path), key_text(path), expected, got, remedy)

    def read(
        self, model: type[Model], data: object, path: KeyPath, faults: list[Fault]
    ) -> Model | None:
        """The table at `path` as a value, or None; what is wrong is added to `faults`.

        A table with unknown keys is read without them, so that they hide no other fault.
        """
        try:
            return model.model_validate(data)
        except ValidationError as error:
            faults.extend(self._faults_of(error, model, path))
            details = error.errors(include_url=False)
        unknown = {d["loc"][0] for d in details if d["type"] == "extra_forbidden"}
        if any(d["type"] != "extra_forbidden" or len(d["loc"]) != 1 for d in details):
            return None
        assert isinstance(data, dict)
        return model.model_validate({k: v for k, v in data.items() if k not in unknown})

    def _faults_of(
        self, error: ValidationError, model: type[BaseModel], root: KeyPath
    ) -> Iterable[Fault]:
        for detail in error.errors(include_url=False):
            path = detail["loc"]
            field = _field_at(model, path)
            help_text = (field.description or "") if field else ""
            expected = detail["msg"].removeprefix("Value error, ")
            expected = expected.removeprefix("Input should be ").removeprefix("a valid ")
            got = shown(detail["input"])
            if any(word in str(part) for part in path for word in SECRET):
                got = "something else (not shown)"
            if detail["type"] == "extra_forbidden":
                around = _model_at(model, path[:-1])
                known = _keys_of(around) if around else ()
                got = f'"{path[-1]}"'
                yield self.fault(
                    (*root, *path), "a known key", got, close_to(str(path[-1]), known)
                )
            elif detail["type"] == "missing":
                yield self.fault((*root, *path), "a value", "nothing", f"add it: {help_text}")
            elif detail["type"] == "list_type":
                yield self.fault((*root, *path), "a list", got, help_text)
            elif detail["type"] in ("model_type", "dict_type"):
                yield self.fault((*root, *path), "a table", got, help_text)
            elif detail["type"] == "string_pattern_mismatch" and help_text:
                yield self.fault((*root, *path), help_text, got)
            else:
                yield self.fault((*root, *path), expected, got, help_text)


def read_toml(path: Path, error: type[SiagaError]) -> TomlFile:
    """Parse a file. Errors: `error` when it cannot be read, with the line of a syntax fault."""
    try:
        content = path.read_bytes()
    except OSError as cause:
        remedy = "check the path and who may read it"
        fault = Fault(path.name, 1, "", "a readable file", _reason(cause), remedy)
        raise error(listed([fault])) from cause
    return parse_toml(path.name, content, error)


def parse_toml(name: str, content: bytes, error: type[SiagaError]) -> TomlFile:
    """The same for what a file holds, or would hold. Errors: `error`."""
    try:
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as cause:
        line = content.count(b"\n", 0, cause.start) + 1
        fault = Fault(name, line, "", "UTF-8 text", "other bytes", "save the file as UTF-8")
        raise error(listed([fault])) from cause
    except tomllib.TOMLDecodeError as cause:
        found = re.search(r"line (\d+)", str(cause))
        line = int(found.group(1)) if found else text.count("\n") + 1
        got = str(cause).split(" (at ")[0]
        fault = Fault(name, line, "", "TOML", got, "see https://toml.io for the notation")
        raise error(listed([fault])) from cause
    return TomlFile(name, content, data, lines_of(text.replace("\r\n", "\n")))


def listed(faults: Iterable[Fault]) -> str:
    """The faults in the order of the file, one per line, as the text of an error."""
    ordered = sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.key))
    count = f"{len(ordered)} faults" if len(ordered) != 1 else "1 fault"
    names = ", ".join(sorted({fault.file for fault in ordered}))
    return "\n".join([f"{count} in {names}", *(str(fault) for fault in ordered)])


def key_text(path: KeyPath) -> str:
    """The path as people write it: `cameras[0].url`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def shown(value: object) -> str:
    """A value as it may stand in a message: short, texts in quotes."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    return text if len(text) <= 80 else text[:77] + "..."


def close_to(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?`, or the known words."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"use one of {', '.join(words)}"


def word_of(words: type[Word]) -> BeforeValidator:
    """Reads a word of a closed vocabulary; the fault names the nearest."""

    def read(value: object) -> Word:
        if isinstance(value, str) and value in set(words):
            return words(value)
        known = [word.value for word in words]
        near = get_close_matches(str(value), known, n=1, cutoff=0.6)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        raise ValueError(f"one of {', '.join(known)}{hint}")

    return BeforeValidator(read)


def _reason(cause: OSError) -> str:
    return (cause.strerror or type(cause).__name__).lower()


def _keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return field
    return None


def _field_at(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """The field that holds `path`: elements of a list belong to the list's field."""
    names = [i for i, part in enumerate(path) if isinstance(part, str)]
    if not names:
        return None
    around = _model_at(model, path[: names[-1]])
    return _field(around, path[names[-1]]) if around else None


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """The table type that stands at `path`."""
    found: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        field = _field(found, part) if found else None
        found = _inner_model(field.annotation) if field else None
    return found


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
