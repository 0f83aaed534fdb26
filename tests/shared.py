"""Where the pictures, clips and starting networks lie that are not part of the repository."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("SIAGA_SHARED", Path(__file__).parents[2] / "shared"))
"""Beside the repository, or where SIAGA_SHARED says."""
