"""The pipeline that everybody writes first, as a program of its own: the other side of a ratio.

cv2.VideoCapture reads every frame; ultralytics (.pt, imgsz 640, one thread, untrained yolo11n)
looks at one a second. No rules, no records, no web.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from service.measuring import NotMeasured

PROGRAM = """
import json, os, sys, time
import cv2, torch
from ultralytics import YOLO
torch.set_num_threads(1)
cv2.setNumThreads(1)
model = YOLO("yolo11n.yaml")
path, repeats = sys.argv[1], int(sys.argv[2])

def play():
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    rate = capture.get(cv2.CAP_PROP_FPS)
    number = 0
    while True:
        done, frame = capture.read()
        if not done:
            return number / rate
        if number % round(rate) == 0:
            model.predict(frame, imgsz=640, verbose=False)
        number += 1

import numpy as np
model.predict(np.zeros((1080, 1920, 3), np.uint8), imgsz=640, verbose=False)
began = time.process_time()
seconds = sum(play() for _ in range(repeats))
print(json.dumps({"cpu_s": time.process_time() - began, "camera_s": seconds}))
"""


def available(python: str) -> bool:
    """Whether an interpreter has what the naive pipeline needs."""
    asked = subprocess.run(
        [python, "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('ultralytics'))"],
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def cpu_per_camera_s(clip: Path, python: str = sys.executable, repeats: int = 1) -> float:
    """CPU seconds per second of the clip. Errors: NotMeasured with what the program said."""
    quiet = {"OMP_NUM_THREADS": "1", "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}
    done = subprocess.run(
        [python, "-c", PROGRAM, str(clip), str(repeats)],
        capture_output=True,
        text=True,
        env={**os.environ, **quiet},
        check=False,
    )
    if done.returncode != 0:
        raise NotMeasured(f"the naive pipeline failed: {done.stderr.strip()[-300:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return float(said["cpu_s"]) / float(said["camera_s"])
