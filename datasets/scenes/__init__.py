"""The scene maker: an offline tool that renders service counters with exact truth.

It runs in an environment of its own (see README.md) and is never imported by the rest of Siaga:
Blender's module is GPL-3.0.
"""

import os

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")  # OpenCV reads it when it is imported
