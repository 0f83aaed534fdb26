"""`siaga train`: rebuild a network from a set of `siaga data make`; needs the extra `train`."""

import argparse

from models import train


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of `models.train`."""
    train.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when cards were written, 2 without the extra `train`. Errors: DataError, ModelMismatch."""
    return train.run(arguments)
