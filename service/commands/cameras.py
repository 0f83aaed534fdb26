"""`siaga cameras`: who is there, what a camera gives, and whether it is enough."""

import argparse
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cameras.config import CameraConfig
from cameras.credentials import split_credentials
from cameras.onvif import GROUP, discover, profiles_of, proposed
from cameras.probe import Probed, probe
from service.commands.detect import MODELS_HELP, seconds
from service.readers import config_of
from service.scales import Basis, Scale, scales_of
from service.settings import SCHEMES, Settings, SourceKind, load_settings, masked
from vision.errors import CameraError, ConfigError, ModelError
from vision.eyes import Eyes
from vision.pixels import advice_for

BASES = {
    Basis.CHEST: "measured at the widest chest in the picture",
    Basis.DESK: "guessed from the desk zone, taken as 1.2 m wide",
    Basis.NOTHING: (
        "nobody's chest is in the picture: let somebody sit at the counter and try again"
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    probing = acts.add_parser("probe", help="say what a camera gives, and what is missing")
    probing.add_argument("url", nargs="?", metavar="URL", help="rtsp://, rtsps://, http(s)://")
    probing.add_argument("--config", type=Path, metavar="OFFICE.TOML", help="a camera of an office")
    probing.add_argument("--camera", metavar="ID", help="which one")
    probing.add_argument("--user", default="", metavar="NAME", help="account of the camera")
    probing.add_argument(
        "--password-env", metavar="VARIABLE", help="environment variable with its password"
    )
    probing.add_argument("--seconds", type=seconds, default=5.0, help="how long to measure")
    probing.add_argument("--models", type=Path, metavar="FOLDER", help=MODELS_HELP)
    probing.add_argument("--format", choices=("table", "jsonl"), default="table")
    finding = acts.add_parser("discover", help="list the ONVIF cameras of this network")
    finding.add_argument("--user", default="", metavar="NAME", help="account of the cameras")
    finding.add_argument(
        "--password-env", metavar="VARIABLE", help="environment variable with its password"
    )
    finding.add_argument("--seconds", type=seconds, default=3.0, help="how long to listen")
    finding.add_argument(
        "--at", metavar="HOST", help="ask this machine only; without it the whole network"
    )


def run(arguments: argparse.Namespace) -> int:
    """0 when there was a picture, or a camera. Errors: CameraError, ConfigError."""
    return _probe(arguments) if arguments.act == "probe" else _discover(arguments)


# --- discover


def _discover(arguments: argparse.Namespace) -> int:
    """List who answers; with an account also what they stream, and which of it to take."""
    host, _, port = (arguments.at or "").partition(":")
    found = discover(arguments.seconds, (host, int(port or GROUP[1])) if host else GROUP)
    if not found:
        print("no ONVIF camera answered; is ONVIF switched on, and this the cameras' network?")
        return 1
    password = os.environ.get(arguments.password_env or "", "")
    for camera in found:
        print(f"{camera.host}  {camera.name or 'without a name'}  {camera.service}")
        try:
            profiles = profiles_of(camera.service, arguments.user, password)
        except CameraError as error:
            print(f"  {error}")
            continue
        best = proposed(profiles)
        for profile in profiles:
            width, height = profile.size_wh
            mark = "*" if profile is best else " "
            print(f" {mark} {profile.name}: {profile.codec} {width}x{height}  {profile.stream}")
            if profile.snapshot:
                print(f"     single pictures: {profile.snapshot}")
        if best is not None:
            print(f"  take * as the url, then: siaga cameras probe {masked(best.stream)}")
    return 0


# --- probe


def _probe(arguments: argparse.Namespace) -> int:
    config, settings = _chosen(arguments)
    probed = probe(config, arguments.seconds)
    scales = scales_of(probed, config, settings, _eyes(arguments.models))
    if arguments.format == "jsonl":
        print(json.dumps(body_of(probed, scales), ensure_ascii=False))
    else:
        print("\n".join(lines_of(probed, scales)))
    return 0


def _chosen(arguments: argparse.Namespace) -> tuple[CameraConfig, Settings | None]:
    """The camera that was asked for. Errors: ConfigError."""
    if (arguments.url is None) == (arguments.config is None):
        raise ConfigError("which camera? give a URL, or --config OFFICE.TOML and --camera ID")
    if arguments.url is not None:
        scheme = urlsplit(arguments.url).scheme.lower()
        if scheme not in SCHEMES:
            raise ConfigError(
                f"{masked(arguments.url)}: expected rtsp://, rtsps://, http:// or https://, "
                f"got {scheme or 'none'}:"
            )
        if split_credentials(arguments.url)[2]:
            sys.stderr.write(
                "a password in an address is seen in the list of processes; "
                "use --user and --password-env\n"
            )
        password = os.environ.get(arguments.password_env or "", "")
        return CameraConfig(
            "camera", arguments.url, username=arguments.user, password=password
        ), None
    settings = load_settings(arguments.config)
    names = [camera.camera for camera in settings.cameras]
    if arguments.camera not in names:
        raise ConfigError(
            f"--camera: expected one of {', '.join(names)}, got {arguments.camera or 'none'}"
        )
    camera = settings.camera(arguments.camera)
    if camera.kind is SourceKind.PUSH:
        raise ConfigError(
            f"{camera.camera}: expected a camera that can be asked, got one that brings its "
            "pictures (push); ask it by its own address"
        )
    return config_of(camera), settings


def _eyes(models: Path | None) -> Eyes | None:
    """The networks; without them a camera can still be measured, but for people."""
    from models.detector import load_eyes  # a second, and only when a picture came
    from models.legibility import CardReader

    try:
        return Eyes(*load_eyes(models), CardReader())
    except ModelError as error:
        sys.stderr.write(f"without networks nobody is measured: {error}\n")
        return None


def lines_of(probed: Probed, scales: list[Scale]) -> list[str]:
    """The answer for people."""
    width, height = probed.size_wh
    facts = [f"{probed.kind} {probed.codec}".strip(), f"{width}x{height}"]
    upto = "up to " if probed.kind == "snapshot" else ""
    facts += [f"{upto}{probed.rate:.1f} pictures/s"] if probed.rate is not None else []
    if probed.keyframe_s:
        facts.append(f"keyframe every {probed.keyframe_s:.1f} s")
    facts += [f"{probed.kbit_s:.0f} kbit/s"] if probed.kbit_s is not None else []
    facts += [f"clock {probed.skew_s:+.0f} s"] if probed.skew_s is not None else []
    facts.append(f"first picture after {probed.first_s:.1f} s")
    lines = [f"{probed.camera}: " + ", ".join(facts)]
    lines += [f"  do: {sentence}" for sentence in probed.advice]
    for scale in scales:
        where = scale.counter or "whole picture"
        if scale.px_per_m is None:
            lines.append(f"{where}: {BASES[scale.basis]}")
            continue
        lines.append(f"{where}: {scale.px_per_m:.0f} px/m, {BASES[scale.basis]}")
        for size in scale.sizes:
            word = "ok" if size.is_enough else "small"
            lines.append(
                f"  {word:<6}{size.need.check:<18}{size.need.thing:<20}"
                f"{size.got_px:6.1f} px of {size.floor_px:.0f}"
            )
        said = advice_for(scale.sizes)
        lines += [f"  do: {said}"] if said else []
    return lines


def body_of(probed: Probed, scales: list[Scale]) -> dict[str, object]:
    """The answer for programs."""
    return {
        "camera": probed.camera,
        "kind": probed.kind,
        "codec": probed.codec,
        "size_wh": list(probed.size_wh),
        "first_s": round(probed.first_s, 3),
        "rate": _rounded(probed.rate),
        "keyframe_s": _rounded(probed.keyframe_s),
        "kbit_s": _rounded(probed.kbit_s),
        "skew_s": _rounded(probed.skew_s),
        "advice": list(probed.advice),
        "counters": [
            {
                "counter": scale.counter,
                "px_per_m": _rounded(scale.px_per_m),
                "basis": BASES[scale.basis],
                "checks": [
                    {
                        "check": size.need.check,
                        "thing": size.need.thing,
                        "px": round(size.got_px, 1),
                        "floor_px": size.floor_px,
                        "enough": size.is_enough,
                    }
                    for size in scale.sizes
                ],
                "advice": advice_for(scale.sizes),
            }
            for scale in scales
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
