"""The languages of pages and messages. No other module of `service` is needed to know them."""

from enum import StrEnum


class Lang(StrEnum):
    """The languages of pages and messages. Indonesian is the default."""

    ID = "id"
    EN = "en"
