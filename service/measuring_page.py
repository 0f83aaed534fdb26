"""docs/performance.md, written from the measures: what, how, goals, and the figures of a machine.

`siaga bench --against naive --python PYTHON --format markdown > docs/performance.md`
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from service.measures import MEASURES
from service.measuring import CONTENDED, Figure

FOLDERS = re.compile(r"(?:(?<=\s)|(?<=[\"'(])|^)/(?:[^\s/\"']+/)*")
"""The folders of an absolute path: those of this machine are nobody else's business."""

INTRODUCTION = f"""\
# Performance

Written, all of it, by one command on a machine that does nothing else meanwhile:

```sh
siaga bench --against naive --python PYTHON --format markdown > docs/performance.md
```

PYTHON is an interpreter that has the extra `train`; without `--against` the naive pipeline is left
out, and without the extra `dev` and Chromium (`make packages`) the pages are.
`siaga bench` prints the same figures as a table, `siaga bench NAME...` only these measures.
Nothing here is a timed test: a busy machine must not fail a build.

## How to read it

- Ratios and shares are of CPU time, which a busy machine changes little. Each measure runs in a
  fresh process, one thread a network and without spinning, as an office runs.
- Wall / CPU above {CONTENDED}, where one thread works at a time (detector, step, check, readiness):
  the machine was busy, CPU figures count and wall figures do not. At night it is large.
- Times of `pages` are wall times of a server, a browser and what runs beside them: read them with
  the load. Its streams and wall screens are CPU time.
- Load is the machine's load average when the measure began. From - to are the least and the most
  of n.
"""

WHY = """\
## Why the code is as it is

Measured once on two cores with an untrained yolo11n at 640 x 384, 58 ms of CPU a picture. Ratios
carry over to other machines, times do not.

- **Two single threads on one session** looked at 32.7 pictures a second, one call with two threads
  at 27.9. Beside another busy program it was 11.1 against 10.2, and 5.8 with spinning threads,
  which doubled the CPU time of a picture. So: one thread a call, no spinning, one worker per core.
- **A resize with LINEAR** from 1080p costs 0.6 ms, with AREA 3.4 ms. Networks are scored with the
  resize that runs.
- **numpy into a reused buffer** fills an input in 0.7 ms, `blobFromImage` in 1.9 ms.
- **numpy over the raw output and `NMSBoxesBatched`** cost 0.4 ms, a loop over cells 5 to 10 ms.
- **Evidence is encoded at every look**, though only flags and the board need it: 1.1 ms and 0.06 MB
  a picture. Kept as pixels until asked for, the last 30 s of a counter would hold 1.5 MB a picture.
- **Pictures of the sample of met verdicts** (`met_sample`, 5 %) take 1.1 MB a counter and day
  at most (81 KB each, 24 a place), so ten counters keep 160 MB in 14 days.
- **Keyframes only**: decoding all of a 1080p stream costs more than looking at one frame a second.
"""


def page(
    machine: Mapping[str, str], figures: Sequence[Figure], left_out: Mapping[str, str]
) -> str:
    """The whole document."""
    results = _results(machine, figures, left_out)
    return "\n".join([INTRODUCTION, *results, "", *_hows(), WHY])


def _results(
    machine: Mapping[str, str], figures: Sequence[Figure], left_out: Mapping[str, str]
) -> Iterator[str]:
    yield "## Results of the reference machine\n"
    yield from (f"- {key}: {value}" for key, value in machine.items())
    yield ""
    yield "| measure | figure | value | goal | met | n | from - to | load | wall / CPU |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for figure in figures:
        met = {None: "", True: "yes", False: "no"}[figure.met]
        note = f" ({figure.note})" if figure.note else ""
        yield (
            f"| {figure.measure} | {figure.name}{note} | {figure.value:.2f} {figure.unit} "
            f"| {figure.wanted} | {met} | {figure.n} | {figure.low:.2f} - {figure.high:.2f} "
            f"| {figure.load:.1f} | {figure.wall_per_cpu:.2f} |"
        )
    for name, why in left_out.items():
        why_here = FOLDERS.sub("", why).replace("\n", " ")
        yield f"| {name} | left out: {why_here} | | | | | | | |"


def _hows() -> Iterator[str]:
    yield "## What each measure does\n"
    for name, line in MEASURES.items():
        text = import_module(f"service.measures.{name}").__doc__ or ""
        yield f"### `{name}`: {line}\n\n{text.strip()}\n"
