"""`siaga doctor`: is everything there that an office rests on, and if not, what to do."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from service.commands.detect import MODELS_HELP
from service.examination import Finding, State, examine


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument(
        "--config", type=Path, metavar="OFFICE.TOML", help="examine this office too"
    )
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
    parser.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing failed. What was skipped is no failure."""
    findings: list[Finding] = []
    for finding in examine(arguments.config, arguments.models):
        findings.append(finding)
        if arguments.format == "jsonl":
            print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
        else:
            print(row_of(finding), flush=True)
    failed = [finding for finding in findings if finding.state is State.FAILED]
    if arguments.format == "table":
        print(f"{len(findings)} examined, {len(failed)} failed")
    return 1 if failed else 0


def row_of(finding: Finding) -> str:
    """A finding as lines of the table: state, what, how it is; below it what to do."""
    margin = " " * 26
    said = finding.said.replace("\n", f"\n{margin}")
    row = f"{finding.state:<8}{finding.what:<18}{said}"
    if finding.remedy and finding.state is not State.OK:
        row += f"\n{margin}do: {finding.remedy}"
    return row
