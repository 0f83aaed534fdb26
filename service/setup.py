"""Setting an office up while it works: cameras tried, zones drawn, the file saved, all at once.

What the page Pemasangan and its API do. Saving writes the office's file and goes on under it
without a restart; whatever is wrong is told in problems, each with the field it belongs to.
"""

import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import numpy as np

from cameras.mask import burn_in
from cameras.onvif import Found, Profile, discover, profiles_of, proposed
from cameras.probe import probe
from cameras.push import Mailbox
from cameras.reader import CameraReader
from service.assembly import approved_picture, drawing_of, masks_of, plan_of
from service.board import CameraState, CameraStatus
from service.clock import Clock
from service.drawings import Meta, redrawn_at
from service.edits import Edit
from service.office import Drawing
from service.office_file import (
    CameraDraft,
    CounterDraft,
    FileUnwritable,
    LayoutDraft,
    OfficeFile,
    Proposal,
    write_whole,
)
from service.problems import Problem, SetupRefused
from service.readers import config_of, readers_of, source_of
from service.runner import Reader
from service.scales import Basis, scale_at
from service.settings import (
    CameraSettings,
    Credentials,
    Settings,
    SettingsError,
    SourceKind,
    kind_of,
    load_settings,
    unfit_name,
    unfit_polygon,
    unfit_url,
)
from service.setup_look import (
    CounterSeen,
    MinuteSaid,
    not_clear,
    proposed_zones,
    said_of_minute,
    seen_now,
    still_of,
)
from service.tries import Tries, Try, new_name, reader_status
from vision.day import DayPlan
from vision.errors import CameraError, ConfigError, PictureError
from vision.eyes import Eyes, find_people
from vision.hiding import encode
from vision.labels import Label
from vision.layout import Counter, Layout, Zone, ZoneKind
from vision.looking import Approved
from vision.pixels import Size, sizes_at
from vision.policy import Policy
from vision.proposing import ProposedZone
from vision.values import Frame, Gap, Image
from vision.view import Reference

log = logging.getLogger("siaga")

PROBE_S = 1.0
PROBE_LIMIT_S = 8.0
"""A camera that gives no picture for so long is told as one that gives none, seconds."""
FIND_S = 3.0
FIRST_S = 10.0
"""For the first picture of a camera that needs no asking, seconds."""
BUSY_S = 15.0
"""A look waits so long for the one before it, seconds."""
POINTS_MAX = 32
REFERENCES_MAX = 6

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class SetupBusy(Exception):
    """Another look is under way; try again in a moment."""


@dataclass(frozen=True, slots=True)
class CameraWish:
    """A camera as the page sends it. Without `url`, `push` and `attempt` it stays as it is.

    `attempt` names the try by which it was seen, `reference` a picture that was taken.
    """

    camera: str
    url: str | None = None
    user: str = ""
    password: str = ""
    push: bool = False
    attempt: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class CounterWish:
    """A counter as the page sends it; nothing of it was checked yet."""

    counter: str
    name: str
    role: str
    camera: str
    rostered: bool
    zones: Mapping[ZoneKind, Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture of clear desks that was taken and not saved yet.

    `things` lie on a desk and perhaps should not.
    """

    reference: str
    attempt: str
    image: Image
    things: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Discovered:
    """A camera that answered, and its stream; `fault`: the code of why it does not tell it."""

    camera: Found
    stream: Profile | None
    fault: str


class Running(Protocol):
    """What is needed of the running office."""

    def change(
        self,
        settings: Settings,
        drawing: Drawing,
        readers: Callable[[Callable[[], None]], Mapping[str, Reader]],
        plan_of: Callable[[datetime], DayPlan] | None = None,
    ) -> None:
        """Go on under other settings."""
        ...

    def policy(self) -> Policy:
        """The policy in force."""
        ...

    def follow_policy(self, policy: Policy | None, since: datetime) -> None:
        """Go on under another policy from the day on that begins at `since`."""
        ...

    def tap(self, camera: str, listener: Callable[[Frame], None]) -> Callable[[], None] | None:
        """Each frame of a camera; None where it is not read now."""
        ...

    def camera_status(self, name: str) -> CameraStatus:
        """How a camera is. Errors: KeyError."""
        ...


class Memory(Meta, Protocol):
    """What is needed of the store."""

    def keep_layout(self, drawn: Layout) -> None:
        """Keep a drawing by its version."""
        ...

    def add_gap(self, silence: Gap) -> None:
        """Keep a silence of a camera."""
        ...

    def audit(
        self,
        actor: str,
        act: str,
        object_: str,
        detail: dict[str, object] | None = None,
        *,
        at: datetime | None = None,
    ) -> int:
        """Write a row of the audit log."""
        ...


class Setup:
    """The set-up of one running office. Every method may be called from any thread."""

    def __init__(
        self,
        *,
        file: OfficeFile,
        settings: Settings,
        running: Running,
        eyes: Eyes,
        memory: Memory,
        clock: Clock,
        mailboxes: dict[str, Mailbox],
        find: Callable[[float], list[Found]] = discover,
        waiting: tuple[Policy, datetime] | None = None,
    ) -> None:
        """`mailboxes` are those of the web door, where cameras that push are added.

        `waiting`: a policy that was chosen before a restart, and from when on it holds.
        `find` asks the network for cameras and listens for so many seconds.
        """
        self.file = file
        self._settings = settings
        self._version = file.version
        self._written = file.tables()
        self._waiting = waiting
        self._running = running
        self._eyes = eyes
        self._memory = memory
        self._clock = clock
        self._mailboxes = mailboxes
        self._find = find
        self._saving = threading.Lock()
        self._looking = threading.Semaphore(1)
        self.tries = Tries(self._ended)
        self._taken: dict[str, Taken] = {}

    @property
    def settings(self) -> Settings:
        """The settings in force; a policy that waited is among them once the office follows it."""
        settings, policy = self._settings, self._running.policy()
        return settings if settings.policy is policy else replace(settings, policy=policy)

    @property
    def version(self) -> str:
        """Names the file that is in force; a save must start from it."""
        return self._version

    @property
    def written(self) -> Mapping[str, Any]:
        """What the file in force says, as it is written; other than `settings` without defaults."""
        return self._written

    @property
    def waiting_policy(self) -> tuple[Policy, datetime] | None:
        """A policy that was chosen, and the beginning of the day from which on it holds."""
        waiting = self._waiting
        if waiting is None or waiting[0].citation == self._running.policy().citation:
            return None
        return waiting

    @property
    def file_changed(self) -> bool:
        """Whether the file on disk is another one than that in force."""
        try:
            return self.file.version != self._version
        except ConfigError:
            return True

    def roles(self) -> tuple[str, ...]:
        """The roles that have rules."""
        policy = self.settings.policy
        return tuple(sorted({c.role for c in policy.clauses if policy.rules_for(c.role)}))

    def close(self) -> None:
        """Let all tried cameras go."""
        self.tries.close()

    # --- cameras tried -----------------------------------------------------------------------

    def try_url(self, url: str, user: str, password: str, by: str) -> Try:
        """Ask a camera for a picture and go on reading it for a while.

        Errors: SetupRefused for a URL that may not be opened, CameraError, PictureError,
        TooManyTries; without any credential.
        """
        camera = self._camera_at("camera", url, user, password)
        probed = probe(config_of(camera), PROBE_S, PROBE_LIMIT_S)
        self._memory.audit(by, "camera.try", "camera", {"address": camera.shown_address})
        made = Try(new_name(), camera, probed, fresh=True)
        made.put(Frame(camera.camera, 0, self._clock.now(), probed.image))
        return self._read(made)

    def try_camera(self, name: str) -> Try:
        """The same for a camera of the office. Errors: KeyError, CameraError, TooManyTries."""
        camera = self._settings.camera(name)
        made = Try(new_name(), camera)
        off = self._running.tap(name, made.put)
        if off is not None:
            made.off = off
            made.status = lambda: self._told(name)
            return self.tries.add(made)
        return self._read(made)

    def try_push(self, name: str, by: str) -> Try:
        """Wait for the pictures that a new camera will bring itself.

        Errors: SetupRefused for a name that cannot be one, TooManyTries.
        """
        problems = [*_unfit_id("camera", name)]
        if any(camera.camera.casefold() == name.casefold() for camera in self._settings.cameras):
            problems.append(Problem.of("camera", "id_taken", id=name))
        if problems:
            raise SetupRefused(problems)
        camera = CameraSettings(name, SourceKind.PUSH, "push")
        self._mailboxes.setdefault(name, Mailbox(name, self._clock, camera.period_s))
        self._memory.audit(by, "camera.try", f"camera/{name}", {"push": True})
        return self._read(Try(new_name(), camera, fresh=True))

    def discover(self, user: str, password: str) -> list[Discovered]:
        """The ONVIF cameras of this network with the stream to take. Errors: CameraError."""
        found = []
        for camera in self._find(FIND_S):
            try:
                profiles = profiles_of(camera.service, user, password)
            except CameraError as error:
                found.append(Discovered(camera, None, error.code))
                continue
            found.append(Discovered(camera, proposed(profiles), ""))
        return found

    def pushes(self, camera: str) -> bool:
        """Whether a camera brings its pictures itself, saved or being set up."""
        return camera in self._mailboxes

    def attempt(self, name: str) -> Try:
        """A try that is under way. Errors: KeyError."""
        return self.tries.get(name)

    def drop(self, name: str) -> None:
        """End a try."""
        self.tries.drop(name)

    def still(self, each: Try, wait_s: float = FIRST_S) -> tuple[bytes, Frame] | None:
        """The newest picture as JPEG, heads hidden; None when none came."""
        frame = each.wait(wait_s)
        if frame is None:
            return None
        with self._one_at_a_time():
            return still_of(frame.image, self._eyes), frame

    def _read(self, made: Try) -> Try:
        camera = made.settings
        source = source_of(camera, self._clock, self._mailboxes.get(camera.camera))

        def ring(_: str) -> None:
            frame = reader.take()
            if frame is not None:
                made.put(frame)

        reader = CameraReader(config_of(camera), self._clock, on_frame=ring, source=source)
        made.reader = reader
        made.status = lambda: reader_status(reader)
        kept = self.tries.add(made)
        reader.start()
        return kept

    def _told(self, name: str) -> tuple[CameraState, str]:
        try:
            status = self._running.camera_status(name)
        except KeyError:
            return CameraState.ENDED, ""
        return status.state, status.detail

    def _ended(self, gone: Try) -> None:
        """A camera that pushed and was never saved has no mailbox any more."""
        name = gone.settings.camera
        if gone.settings.kind is SourceKind.PUSH and not self._is_saved(name):
            self._mailboxes.pop(name, None)
        for token in [t for t, taken in self._taken.items() if taken.attempt == gone.name]:
            self._taken.pop(token, None)

    def _is_saved(self, name: str) -> bool:
        return any(camera.camera == name for camera in self._settings.cameras)

    @staticmethod
    def _camera_at(name: str, url: str, user: str, password: str) -> CameraSettings:
        """Errors: SetupRefused."""
        why = unfit_url(url)
        if why:
            raise SetupRefused([Problem.of("url", f"url_{why}")])
        parts = urlsplit(url)
        known = user or unquote(parts.username or "")
        secret = password or unquote(parts.password or "")
        if secret and not known:
            raise SetupRefused([Problem.of("user", "user_missing")])
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        credentials = Credentials(known, secret) if known else None
        return CameraSettings(name, kind_of(parts), address, credentials)

    # --- what the checks see -----------------------------------------------------------------

    def look(
        self, each: Try, wishes: Sequence[CounterWish]
    ) -> tuple[Frame, list[CounterSeen]] | None:
        """The newest picture under these zones; None when there is none.

        Errors: SetupRefused, SetupBusy.
        """
        counters = self._counters(wishes)
        frame = each.newest()
        if frame is None:
            return None
        with self._one_at_a_time():
            return frame, seen_now(
                frame, counters, self.settings.policy, self._eyes, self._approved(each)
            )

    def judge_minute(self, each: Try, wishes: Sequence[CounterWish]) -> list[MinuteSaid]:
        """The day's rules on the last minute. Errors: SetupRefused, SetupBusy."""
        counters = self._counters(wishes)
        with self._one_at_a_time():
            return said_of_minute(
                each.minute(), counters, self.settings.policy, self._eyes, self._approved(each)
            )

    def sizes(self, each: Try) -> tuple[tuple[Size, ...], Basis]:
        """How large things are in the newest picture, by whoever is in it. Errors: SetupBusy."""
        frame = each.newest()
        if frame is None:
            return (), Basis.NOTHING
        with self._one_at_a_time():
            people = find_people(frame.image, self._eyes.scene)
            px_per_m, basis = scale_at(frame.image, None, people, self._eyes)
        parameters = self.settings.policy.parameters
        return (sizes_at(px_per_m, parameters) if px_per_m else ()), basis

    def propose(self, each: Try) -> tuple[ProposedZone, ...]:
        """Where zones may lie. Errors: SetupBusy."""
        with self._one_at_a_time():
            return proposed_zones(each.minute(), self._eyes)

    def take_reference(
        self, each: Try, wishes: Sequence[CounterWish]
    ) -> tuple[Taken, bytes] | None:
        """The newest picture as that of clear desks, and how it is shown; None without a picture.

        Errors: SetupRefused when somebody is in it or it shows nothing, SetupBusy.
        """
        counters = self._counters(wishes)
        frame = each.newest()
        if frame is None:
            return None
        with self._one_at_a_time():
            reason, people, things = not_clear(frame, counters, self.settings.policy, self._eyes)
        if people:
            raise SetupRefused([Problem.of("reference", "reference_people")])
        if reason is not None:
            raise SetupRefused([Problem.of("reference", "reference_unseen", reason=reason)])
        taken = Taken(new_name(), each.name, frame.image, things)
        while len(self._taken) >= REFERENCES_MAX:
            self._taken.pop(next(iter(self._taken)), None)
        self._taken[taken.reference] = taken
        return taken, encode(frame.image)

    def reference(self, camera: str) -> bytes | None:
        """The saved picture of clear desks as JPEG. Errors: KeyError, PictureError."""
        approved = approved_picture(self._settings.camera(camera))
        return encode(approved.image) if approved is not None else None

    def _approved(self, each: Try) -> Approved | None:
        mine = [taken for taken in self._taken.values() if taken.attempt == each.name]
        if mine:
            image = burn_in(mine[-1].image, masks_of(each.settings))
            return Approved(image, Reference.of(image))
        try:
            return approved_picture(each.settings)
        except PictureError:
            return None

    def _counters(self, wishes: Sequence[CounterWish]) -> list[Counter]:
        problems = [problem for wish in wishes for problem in self._unfit_counter(wish)]
        if problems:
            raise SetupRefused(problems)
        return [
            Counter(wish.counter, wish.name, wish.role, wish.camera, _zones(wish))
            for wish in wishes
        ]

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """The office's own looks go first: of ours one is under way. Errors: SetupBusy."""
        if not self._looking.acquire(timeout=BUSY_S):
            raise SetupBusy
        try:
            yield
        finally:
            self._looking.release()

    # --- saving ------------------------------------------------------------------------------

    def save(
        self, cameras: Sequence[CameraWish], counters: Sequence[CounterWish], version: str, by: str
    ) -> Settings:
        """Write all of it into the file and go on under it.

        Errors: SetupRefused with every problem, FileChanged when somebody saved meanwhile,
        FileUnwritable. Then nothing was changed.
        """
        with self._saving:
            problems = self._problems(cameras, counters)
            if problems:
                raise SetupRefused(problems)
            written: list[Path] = []
            try:
                drafts = [self._camera_draft(wish, written) for wish in cameras]
                draft = LayoutDraft(drafts, [_counter_draft(wish) for wish in counters])
                proposal = self._proposed(draft, version)
                drawing_of(proposal.settings, {})  # a reference that cannot be read is told now
                before = self._version
                saved = self.file.save(proposal)
            except BaseException:
                for path in written:
                    path.unlink(missing_ok=True)
                raise
            self._go_on(proposal.settings, saved, by, "layout.save", {"before": before})
        return proposal.settings

    def save_edit(self, edit: Edit, version: str, by: str) -> Settings:
        """Write one section of the file and go on under it. Errors: as `save`."""
        with self._saving:
            if edit.problems:
                raise SetupRefused(edit.problems)
            written: list[Path] = []
            try:
                for name, secret in edit.secrets.items():
                    self._keep(name, secret.encode(), 0o600, written)
                proposal = self.file.with_change(edit.put, version)
                before = self._version
                saved = self.file.save(proposal)
            except BaseException as error:
                for path in written:
                    path.unlink(missing_ok=True)
                if isinstance(error, SettingsError):
                    raise SetupRefused(edit.told(error)) from error
                raise
            detail: dict[str, object] = {"before": before, "section": edit.section, **edit.detail}
            self._go_on(proposal.settings, saved, by, "settings.save", detail)
        return proposal.settings

    def reload(self, by: str) -> Settings:
        """Go on under the file as it lies on the disk. Errors: SettingsError, FileUnwritable."""
        with self._saving:
            version = self.file.version
            settings = load_settings(self.file.path)
            drawing_of(settings, {})
            self._go_on(settings, version, by, "layout.reload", {"before": self._version})
        return settings

    def _proposed(self, draft: LayoutDraft, version: str) -> Proposal:
        try:
            return self.file.with_layout(draft, version)
        except SettingsError as error:
            faults = error.faults
            raise SetupRefused(
                [Problem.of(f"file.{fault.key}", "file_fault", fault=fault) for fault in faults]
                or [Problem.of("file", "file_fault", fault=error)]
            ) from error

    def _go_on(
        self, settings: Settings, version: str, by: str, act: str, detail: dict[str, object]
    ) -> None:
        before = self.settings
        now = self._clock.now()
        tomorrow = plan_of(settings)(now).spans[-1].until
        self._waiting = None
        if settings.policy.citation != before.policy.citation:
            log.info("policy %s holds from %s on", settings.policy.citation, tomorrow.isoformat())
            self._waiting = (settings.policy, tomorrow)
            local = tomorrow.astimezone(settings.zone)
            detail = {**detail, "policy_next": settings.policy.citation, "policy_from": str(local)}
        settings = replace(settings, policy=before.policy)
        changed = _changed_cameras(before, settings)
        for camera in changed:
            if camera.kind is SourceKind.PUSH:
                self._mailboxes.setdefault(
                    camera.camera, Mailbox(camera.camera, self._clock, camera.period_s)
                )
        redrawn = redrawn_at(self._memory, settings, self._clock.now())
        self._memory.keep_layout(settings.layout)
        self._settings, self._version = settings, version
        self._written = self.file.tables()
        self._running.change(
            settings,
            drawing_of(settings, redrawn),
            readers_of(
                replace(settings, cameras=tuple(changed)),
                self._clock,
                self._memory.add_gap,
                self._mailboxes,
            ),
            plan_of(settings),
        )
        self._running.follow_policy(None if self._waiting is None else self._waiting[0], tomorrow)
        pushing = {c.camera for c in settings.cameras if c.kind is SourceKind.PUSH}
        for name in [*self._mailboxes]:
            if name not in pushing | self.tries.cameras():
                self._mailboxes.pop(name, None)
        self._memory.audit(
            by,
            act,
            f"office/{self.file.path.name}",
            {**detail, "version": version, **_difference(before, settings, changed)},
        )

    def _camera_draft(self, wish: CameraWish, written: list[Path]) -> CameraDraft:
        values: dict[str, object] = {}
        without: set[str] = set()
        source = self._source(wish)
        if source is not None:
            values, without = self._source_keys(wish.camera, source, written)
            without.add("reference")
        if wish.reference is not None:
            taken = self._taken[wish.reference]
            stamp = self._clock.now().astimezone(self._settings.zone).strftime("%Y%m%d-%H%M%S")
            name = f"reference/{wish.camera}-{stamp}.jpg"
            self._keep(name, encode(taken.image, 95), 0o644, written)
            values["reference"] = name
            without.discard("reference")
        return CameraDraft(wish.camera, values, frozenset(without))

    def _source(self, wish: CameraWish) -> CameraSettings | None:
        """Where its pictures shall come from; None: as before."""
        if wish.url is not None:
            return self._camera_at(wish.camera, wish.url, wish.user, wish.password)
        if wish.push:
            saved = self._is_saved(wish.camera)
            if saved and self._settings.camera(wish.camera).kind is SourceKind.PUSH:
                return None
            return CameraSettings(wish.camera, SourceKind.PUSH, "push")
        if wish.attempt is not None:
            tried = self.tries.get(wish.attempt)
            return tried.settings if tried.fresh else None
        return None

    def _source_keys(
        self, name: str, source: CameraSettings, written: list[Path]
    ) -> tuple[dict[str, object], set[str]]:
        """The keys of the file for a source. A password goes into a file of its own."""
        without = {
            *("url", "device", "clip", "folder", "recording", "push", "starts_at", "ca_file"),
            *("password_env", "password_file", "token_env", "token_file"),
        }
        if source.kind is SourceKind.PUSH:
            return {"push": True}, without - {"push"}
        known = source.credentials
        parts = urlsplit(source.address)
        values: dict[str, object] = {"url": source.address}
        if known is not None:
            netloc = f"{quote(known.user, safe='')}@{parts.netloc}"
            values["url"] = urlunsplit(parts._replace(netloc=netloc))
            if known.password:
                file = f"secrets/{name}-{secrets.token_hex(4)}.password"
                self._keep(file, known.password.encode(), 0o600, written)
                values["password_file"] = file
        return values, without - set(values)

    def _keep(self, name: str, content: bytes, mode: int, written: list[Path]) -> None:
        path = self.file.path.parent / name
        try:
            path.parent.mkdir(mode=0o700 if mode == 0o600 else 0o755, exist_ok=True)
            write_whole(path, content, mode)
        except OSError as error:
            raise FileUnwritable(f"{path.parent}: {error.strerror}") from error
        written.append(path)

    # --- problems ----------------------------------------------------------------------------

    def _problems(
        self, cameras: Sequence[CameraWish], counters: Sequence[CounterWish]
    ) -> list[Problem]:
        problems: list[Problem] = []
        for kind, names in (
            ("cameras", [wish.camera for wish in cameras]),
            ("counters", [wish.counter for wish in counters]),
        ):
            for index, name in enumerate(names):
                problems += _unfit_id(f"{kind}.{name}", name)
                if name.casefold() in [other.casefold() for other in names[:index]]:
                    problems.append(Problem.of(f"{kind}.{name}", "id_taken", id=name))
        for camera in cameras:
            problems += self._unfit_camera(camera)
        known = {wish.camera for wish in cameras}
        for counter in counters:
            problems += self._unfit_counter(counter)
            if counter.camera not in known:
                where = f"counters.{counter.counter}.camera"
                problems.append(Problem.of(where, "camera_unknown", camera=counter.camera))
        return problems

    def _unfit_camera(self, wish: CameraWish) -> list[Problem]:
        where = f"cameras.{wish.camera}"
        problems = []
        if wish.url is not None:
            try:
                self._camera_at(wish.camera, wish.url, wish.user, wish.password)
            except SetupRefused as refused:
                problems += [
                    Problem(f"{where}.{one.where}", one.code, one.values)
                    for one in refused.problems
                ]
        elif wish.attempt is not None:
            try:
                self.tries.get(wish.attempt)
            except KeyError:
                problems.append(Problem.of(where, "try_gone"))
        elif not wish.push and not self._is_saved(wish.camera):
            problems.append(Problem.of(f"{where}.url", "url_empty"))
        if wish.reference is not None:
            taken = self._taken.get(wish.reference)
            if taken is None:
                problems.append(Problem.of(f"{where}.reference", "reference_gone"))
            elif not self._is_of(taken, wish):
                problems.append(Problem.of(f"{where}.reference", "reference_other"))
        return problems

    def _is_of(self, taken: Taken, wish: CameraWish) -> bool:
        """Whether a picture was taken of this camera and of no other."""
        if wish.attempt is not None:
            return taken.attempt == wish.attempt
        try:
            return self.tries.get(taken.attempt).settings.camera == wish.camera
        except KeyError:
            return False

    def _unfit_counter(self, wish: CounterWish) -> list[Problem]:
        where = f"counters.{wish.counter}"
        problems = []
        why = unfit_name(wish.name)
        if why:
            problems.append(Problem.of(f"{where}.name", f"name_{why}"))
        if wish.role not in self.roles():
            problems.append(Problem.of(f"{where}.role", "role_unknown", role=wish.role))
        if ZoneKind.STAFF not in wish.zones:
            problems.append(Problem.of(f"{where}.zones.staff", "staff_missing"))
        for kind, points in wish.zones.items():
            why = "many" if len(points) > POINTS_MAX else unfit_polygon(points)
            if why:
                problems.append(Problem.of(f"{where}.zones.{kind}", f"zone_{why}"))
        return problems


def _unfit_id(where: str, name: str) -> list[Problem]:
    return [] if _ID.fullmatch(name) else [Problem.of(where, "id_shape", id=name[:60])]


def _zones(wish: CounterWish) -> tuple[Zone, ...]:
    return tuple(
        Zone(kind, np.array(wish.zones[kind], np.float32))
        for kind in ZoneKind
        if kind in wish.zones
    )


def _counter_draft(wish: CounterWish) -> CounterDraft:
    zones = {kind: tuple(points) for kind, points in wish.zones.items()}
    return CounterDraft(wish.counter, wish.name, wish.role, wish.camera, wish.rostered, zones)


def _changed_cameras(before: Settings, after: Settings) -> list[CameraSettings]:
    """The cameras that must be read anew."""
    known = {camera.camera: camera for camera in before.cameras}
    return [
        camera
        for camera in after.cameras
        if camera.camera not in known or not _read_alike(known[camera.camera], camera)
    ]


def _read_alike(one: CameraSettings, other: CameraSettings) -> bool:
    return (config_of(one), one.kind, one.starts_at) == (
        config_of(other),
        other.kind,
        other.starts_at,
    )


def _difference(
    before: Settings, after: Settings, changed: Sequence[CameraSettings]
) -> dict[str, object]:
    """What was added, changed and removed, by name alone."""
    was = {c.counter: c for c in before.layout.counters}
    now = {c.counter: c for c in after.layout.counters}
    cameras = {c.camera for c in before.cameras}
    return {
        "layout": after.layout.version,
        "counters_added": sorted(now.keys() - was.keys()),
        "counters_removed": sorted(was.keys() - now.keys()),
        "counters_changed": sorted(
            name for name in now.keys() & was.keys() if _drawn(was[name]) != _drawn(now[name])
        ),
        "cameras_added": sorted(c.camera for c in changed if c.camera not in cameras),
        "cameras_changed": sorted(c.camera for c in changed if c.camera in cameras),
        "cameras_removed": sorted(cameras - {c.camera for c in after.cameras}),
    }


def _drawn(counter: Counter) -> tuple[object, ...]:
    zones = {zone.kind: zone.points.round(4).tolist() for zone in counter.zones}
    return counter.name, counter.role, counter.camera, zones
