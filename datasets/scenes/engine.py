"""Cycles: engine settings, camera, id pass, border renders. Blender's module (bpy) is GPL-3.0."""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path

import bpy
import cv2
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

PROFILES = ("fastgi", "fast", "full")
GUARD = 8  # pixels rendered beyond a border: the outermost pixel of a border render is wrong
Box = tuple[int, int, int, int]  # x1, y1, x2, y2 in whole pixels, the last two excluded


def setup(
    samples: int, w: int, h: int, work: Path, profile: str = "fastgi", threads: int = 0
) -> None:
    """Settings of a profile; pictures go to `work`.png, ids to an EXR beside it.

    full: light tree, 5 bounces. fast: no light tree, 4 bounces, lamps only. fastgi: fast + Fast GI.
    """
    sc = bpy.context.scene
    r = sc.render
    r.engine = "CYCLES"
    r.threads_mode = "FIXED" if threads else "AUTO"
    if threads:
        r.threads = threads
    r.resolution_x, r.resolution_y, r.resolution_percentage = w, h, 100
    r.image_settings.file_format = "PNG"
    r.filepath = f"{work.absolute()}.png"
    c = sc.cycles
    c.device = "CPU"
    c.samples = samples
    c.use_denoising = True
    c.denoiser = "OPENIMAGEDENOISE"
    c.denoising_quality = "BALANCED"
    c.use_adaptive_sampling = True
    c.adaptive_threshold = 0.03
    c.max_bounces = 5
    c.diffuse_bounces = c.glossy_bounces = c.transmission_bounces = 3
    c.transparent_max_bounces = 6
    c.caustics_reflective = c.caustics_refractive = False
    c.sample_clamp_indirect = 5
    c.use_light_tree = profile == "full"
    c.use_fast_gi = profile == "fastgi"
    c.use_auto_tile = False
    if profile != "full":
        c.denoising_quality = "FAST"
        c.max_bounces = 4
        c.diffuse_bounces = c.glossy_bounces = 2
        for m in bpy.data.materials:  # stays off if the same scene is set up again as "full"
            m.cycles.emission_sampling = "NONE"
    if profile == "fastgi":
        c.fast_gi_method = "REPLACE"
        c.ao_bounces_render = c.ao_bounces = 1
    sc.view_layers[0].use_pass_object_index = True
    sc.use_nodes = True
    nt = sc.node_tree
    nt.nodes.clear()
    layers = nt.nodes.new("CompositorNodeRLayers")
    composite = nt.nodes.new("CompositorNodeComposite")
    nt.links.new(layers.outputs["Image"], composite.inputs[0])
    ids = nt.nodes.new("CompositorNodeOutputFile")
    ids.base_path = str(work.absolute().parent)
    ids.format.file_format = "OPEN_EXR"
    ids.format.color_depth = "32"
    ids.format.color_mode = "RGB"
    ids.file_slots[0].path = f"{work.name}_id_"
    nt.links.new(layers.outputs["IndexOB"], ids.inputs[0])
    r.use_persistent_data = True  # keeps the scene in the engine between renders


def render() -> float:
    """Render to the path given to setup(); returns seconds. Blender's own output is silenced."""
    sys.stdout.flush()
    out, nul = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nul, 1)
    t = time.time()
    try:
        bpy.ops.render.render(write_still=True)
    finally:
        os.dup2(out, 1)
        os.close(out)
        os.close(nul)
    return time.time() - t


def take(work: Path) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Picture (BGR) and id picture (H, W) of the last render; removes their files."""
    png = Path(f"{work}.png")
    exr = Path(f"{work}_id_{bpy.context.scene.frame_current:04d}.exr")
    picture = cv2.imread(str(png))
    ids = cv2.imread(str(exr), cv2.IMREAD_UNCHANGED)
    png.unlink()
    exr.unlink()
    ids = ids[..., 0] if ids.ndim == 3 else ids
    return picture, np.rint(ids).astype(np.int32)


def render_box(work: Path, box: Box, w: int, h: int) -> tuple[NDArray, NDArray]:
    """Picture (BGR) and id picture of `box` alone, rendered with GUARD pixels more on each side."""
    x1, y1, x2, y2 = box
    gx1, gy1 = max(0, x1 - GUARD), max(0, y1 - GUARD)
    gx2, gy2 = min(w, x2 + GUARD), min(h, y2 + GUARD)
    r = bpy.context.scene.render
    r.use_border = r.use_crop_to_border = True
    e = 0.3  # Blender truncates to whole pixels
    r.border_min_x, r.border_max_x = (gx1 + e) / w, min(1.0, (gx2 + e) / w)
    r.border_min_y, r.border_max_y = (h - gy2 + e) / h, min(1.0, (h - gy1 + e) / h)
    render()
    r.use_border = False
    picture, ids = take(work)
    if picture.shape[:2] != (gy2 - gy1, gx2 - gx1) or ids.shape != picture.shape[:2]:
        raise RuntimeError(f"border rounded: {picture.shape} {ids.shape} for {box}")
    cut = np.s_[y1 - gy1 : y2 - gy1, x1 - gx1 : x2 - gx1]
    return picture[cut], ids[cut]


def aim(loc, target, lens: float, roll: float = 0.0) -> None:
    """Camera at `loc` (m) looking at `target`; lens in mm on a 36 mm sensor, roll in degrees."""
    sc = bpy.context.scene
    if sc.camera is None:
        sc.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        sc.collection.objects.link(sc.camera)
    o = sc.camera
    loc, target = Vector(loc), Vector(target)
    o.location = loc
    o.rotation_euler = (target - loc).to_track_quat("-Z", "Y").to_euler()
    o.rotation_euler.rotate_axis("Z", math.radians(roll))
    o.data.lens = lens
    o.data.sensor_width = 36
    o.data.sensor_fit = "HORIZONTAL"
    o.data.clip_start = 0.05
    bpy.context.view_layer.update()
