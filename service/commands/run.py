"""`siaga run`: serve an office."""

import argparse
import logging
from pathlib import Path

from service.clock import WallClock
from service.serving import serve
from service.settings import load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--config", type=Path, required=True, help="the office's office.toml")
    parser.add_argument("--host", help="address to listen on (default: as configured)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for a free one")
    parser.add_argument("--data", type=Path, help="data folder (default: as configured)")
    parser.add_argument("--verbose", action="store_true", help="log what goes on")


def run(arguments: argparse.Namespace) -> int:
    """Serve until asked to stop."""
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = load_settings(arguments.config)
    for warning in settings.warnings:
        logging.getLogger("siaga").warning(warning)

    def ready(url: str) -> None:
        print(f"{settings.name}: {url}", flush=True)

    return serve(
        settings,
        lambda _store: WallClock(),
        data=arguments.data,
        host=arguments.host,
        port=arguments.port,
        ready=ready,
    )
