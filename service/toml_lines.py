"""On which line of a TOML file a key stands; `tomllib` keeps no positions.

The text must have passed `tomllib` already: this scanner trusts its grammar and checks nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

KeyPath = tuple[str | int, ...]
"""Names and positions from the root: ("cameras", 0, "url")."""

_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\]|\\.)*"|'
    r"'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines_of(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of every key, table and array element."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


def line_of(lines: dict[KeyPath, int], path: Sequence[str | int]) -> int:
    """The line of `path`, or of the nearest thing around it that stands in the file."""
    for length in range(len(path), 0, -1):
        found = lines.get(tuple(path[:length]))
        if found is not None:
            return found
    return 1


class _Scan:
    """One pass over the text; `at` is the position reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = [found.start() for found in re.finditer("\n", text)]
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.table_counts: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip_blank()

    def header(self) -> KeyPath:
        is_array = self.text.startswith("[[", self.at)
        line = self.line()
        self.at += 2 if is_array else 1
        names = self.dotted()
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        for name in names[:-1]:
            path = self.newest((*path, name))
        path = (*path, names[-1])
        self.lines.setdefault(path, line)
        if is_array:
            self.table_counts[path] = self.table_counts.get(path, 0) + 1
            path = self.newest(path)
            self.lines[path] = line
        return path

    def newest(self, path: KeyPath) -> KeyPath:
        """`path`, or its newest element where it is an array of tables."""
        count = self.table_counts.get(path)
        return path if count is None else (*path, count - 1)

    def pair(self, table: KeyPath) -> None:
        line = self.line()
        path: KeyPath = table
        for name in self.dotted():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # =
        self.skip_blank()
        self.value(path)

    def dotted(self) -> list[str]:
        names = []
        while True:
            self.skip_blank()
            found = _KEY.match(self.text, self.at)
            if found is None:
                raise ValueError(f"line {self.line()}: no key here")
            names.append(found.group().strip("\"'"))
            self.at = found.end()
            self.skip_blank()
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def value(self, path: KeyPath) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self.elements(path)
        elif opening == "{":
            self.at += 1
            self.skip_blank()
            while self.text[self.at] != "}":
                self.pair(path)
                self.skip_comma()
            self.at += 1
        else:
            pattern = _STRING if opening in "\"'" else _SCALAR
            found = pattern.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def elements(self, path: KeyPath) -> None:
        self.at += 1
        self.skip_blank()
        index = 0
        while self.text[self.at] != "]":
            self.lines[*path, index] = self.line()
            self.value((*path, index))
            self.skip_comma()
            index += 1
        self.at += 1

    def skip_comma(self) -> None:
        self.skip_blank()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.skip_blank()

    def skip_blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1
