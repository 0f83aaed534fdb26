"""The OpenAPI file: what FastAPI knows, with examples from a real answer and the roles enforced."""

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.accounts import SESSION_COOKIE

TITLE = "Siaga"
VERSION = "1"
ABOUT = (
    "Which counter is ready five minutes before opening, which is not, and why. "
    "Every refusal has one shape; see docs/api.md and docs/errors.md."
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of this application."""
    told = get_openapi(title=TITLE, version=VERSION, description=ABOUT, routes=app.routes)
    told["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
        "token": {"type": "http", "scheme": "bearer"},
    }
    examples = json.loads(files("service.api").joinpath("examples.json").read_text("utf-8"))
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            example = examples.get(f"{method.upper()} {path}")
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content is not None and example is not None and status in ("200", "201"):
                    content["example"] = example
    return told


def as_text(told: dict[str, Any]) -> str:
    """The description as the file docs/openapi.json holds it."""
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
