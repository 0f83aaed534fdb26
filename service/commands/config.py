"""`siaga config check office.toml`: every fault at once, or what was understood."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from service.calendar import Hours, Season, hours_on, next_ready_at
from service.messages.values import Recipient
from service.settings import CameraSettings, Settings, load_settings
from vision.errors import ConfigError
from vision.layout import Counter

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of `siaga config`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="print every fault, or what was understood")
    check.add_argument("office", type=Path, metavar="OFFICE.TOML", help="the file of the office")


def run(arguments: argparse.Namespace) -> int:
    """Exit codes: 0 the file can be used, 1 it has faults."""
    try:
        settings = load_settings(arguments.office)
    except ConfigError as error:
        print(error)
        return 1
    print("\n".join(summary(settings, datetime.now(UTC))))
    return 0


def summary(settings: Settings, now: datetime) -> Iterator[str]:
    """What was understood, line by line; warnings last."""
    policy, calendar = settings.policy, settings.calendar
    yield f"{settings.path.name}: no faults"
    yield f"office    {settings.name} ({settings.office}), {settings.zone.key}"
    in_force = sum(clause.enabled for clause in policy.clauses)
    yield f"standard  {policy.citation}: {in_force} of {len(policy.clauses)} clauses in force"
    yield f"data      {settings.data}"
    yield from _indented("hours", _week(settings, now))
    yield from _indented("season", [_season(season) for season in calendar.seasons])
    ready = next_ready_at(calendar, now)
    if ready:
        local = ready.astimezone(calendar.zone)
        yield f"next      go/no-go on {DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M %Z}"
    yield from _indented("cameras", [_camera(camera) for camera in settings.cameras])
    counters = settings.layout.counters
    lines = [_counter(counter, counter.counter in settings.rostered) for counter in counters]
    yield from _indented("counters", lines)
    told = [_recipient(recipient) for recipient in settings.messages.recipients]
    mqtt = settings.messages.mqtt
    if mqtt is not None:
        told.append(f"mqtt  {mqtt.host}:{mqtt.port}{' (tls)' if mqtt.tls else ''}, {mqtt.prefix}/")
    yield from _indented("messages", told)
    yield from _indented("warnings", list(settings.warnings))


def _week(settings: Settings, now: datetime) -> list[str]:
    """The hours of the week, equal days together; seasons and single days left out."""
    plain = replace(settings.calendar, seasons=(), one_offs=())
    monday = now.astimezone(plain.zone).date()
    monday -= timedelta(days=monday.weekday())
    lead = plain.ready_lead
    groups: dict[Hours, list[str]] = {}
    for day in sorted(plain.working_days):
        hours = hours_on(plain, monday + timedelta(days=day))
        groups.setdefault(hours, []).append(DAYS[day])
    return [
        f"{' '.join(days)}: briefing {hours.briefing:%H:%M}, "
        f"ready {datetime.combine(date.min, hours.opens) - lead:%H:%M}, "
        f"open {hours.opens:%H:%M}-{hours.closes:%H:%M}, {_pause(hours)}, "
        f"work ends {hours.work_ends:%H:%M}"
        for hours, days in groups.items()
    ]


def _pause(hours: Hours) -> str:
    if hours.pause is None:
        return "no break"
    return f"break {hours.pause[0]:%H:%M}-{hours.pause[1]:%H:%M}"


def _season(season: Season) -> str:
    missing = "" if season.is_set or not season.is_ramadan else ", hours not set: not judged"
    return f"{season.name} {season.first} to {season.last}{missing}"


def _camera(camera: CameraSettings) -> str:
    parts = [f"{camera.camera}  {camera.kind} {camera.shown_address}"]
    parts.append(f"a picture each {camera.period_s:g} s")
    parts.append(f"{len(camera.masks)} masks")
    parts.append("with reference" if camera.reference else "no reference")
    return ", ".join(parts)


def _counter(counter: Counter, is_rostered: bool) -> str:
    zones = " ".join(zone.kind for zone in counter.zones)
    roster = "" if is_rostered else ", not served"
    name = f"{counter.counter}  {counter.name} ({counter.role})"
    return f"{name} at {counter.camera}: {zones}{roster}"


def _recipient(recipient: Recipient) -> str:
    quiet = recipient.quiet
    hours = "" if quiet is None else f", quiet {quiet.since:%H:%M}-{quiet.until:%H:%M}"
    return f"{recipient.name}  {', '.join(sorted(recipient.tell))} ({recipient.lang}){hours}"


def _indented(title: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{title if number == 0 else '':<10}{line}"
