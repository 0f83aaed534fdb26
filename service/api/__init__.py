"""The web door of an office: `create_app` builds API, pages and their guards."""

from service.api.app import ApiSettings, create_app

__all__ = ["ApiSettings", "create_app"]
