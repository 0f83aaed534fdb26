"""The web door of an office: `create_app` builds API, pages and their guards."""

from service.api.app import close_streams, create_app
from service.api.door import ApiSettings

__all__ = ["ApiSettings", "close_streams", "create_app"]
