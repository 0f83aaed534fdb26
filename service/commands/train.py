"""`siaga train`: rebuild a network from a set of `siaga data make`; needs the extra `train`."""

import argparse

from datasets.sets import check_made
from models import train


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of `models.train`."""
    train.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when cards were written, 2 without the extra `train`. Errors: DataError, ModelMismatch."""
    if not train.missing() and arguments.data.is_dir():
        check_made(arguments.data, train.RECIPES[arguments.network].classes)
    return train.run(arguments)
