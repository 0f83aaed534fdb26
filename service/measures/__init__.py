"""The measures of `siaga bench`, a module each: `measure(models)` gives figures.

A module's docstring says what is measured and how; docs/performance.md shows it.
"""

MEASURES = {
    "detector": "a detector over the bare onnxruntime session",
    "step": "everything between a decoded frame and its samples, but inference",
    "check": "siaga check on one picture, imports included",
    "readiness": "GET /api/v1/readiness over a year of verdicts",
    "pages": "board, replay, review queue, briefing and wall screens, in Chromium",
    "night": "siaga run with four cameras at night",
    "memory": "siaga demo with four cameras",
    "reconnects": "ten thousand reconnections of a camera, and what they leave behind",
    "soak": "a day of a whole office, played fast, and what it leaves behind",
    "cameras": "cameras from the packet to the record, beside the naive pipeline if asked",
}
"""Each measure and what it measures, in a line."""
