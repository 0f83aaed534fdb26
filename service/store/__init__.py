"""What an office remembers: SQLite in its data folder. `open_store` is the door."""

from service.store.audit import AuditRow
from service.store.database import Migrations
from service.store.entries import Entries, KeptEntry, KeyUsed, Tick
from service.store.go import GoPresses, GoRow, OpenItem
from service.store.people import People, SessionRow, TokenRow, UserRow
from service.store.rechecks import MetPicture, MetPlace, PlacePicture, RecheckRow, Rechecks
from service.store.retention import Retention, Swept
from service.store.reviews import (
    Case,
    Changed,
    ContestRow,
    History,
    Look,
    MissRow,
    Queue,
    ReviewRow,
    Reviews,
    Waiting,
)
from service.store.rows import (
    Flag,
    FlagDetail,
    FlagFilter,
    FlagFrame,
    FlagPicture,
    KeptPolicy,
    Order,
    Record,
    RecordFilter,
)
from service.store.store import Store, open_store

__all__ = [
    "AuditRow",
    "Case",
    "Changed",
    "ContestRow",
    "Entries",
    "Flag",
    "FlagDetail",
    "FlagFilter",
    "FlagFrame",
    "FlagPicture",
    "GoPresses",
    "GoRow",
    "History",
    "KeptEntry",
    "KeptPolicy",
    "KeyUsed",
    "Look",
    "MetPicture",
    "MetPlace",
    "Migrations",
    "MissRow",
    "OpenItem",
    "Order",
    "People",
    "PlacePicture",
    "Queue",
    "RecheckRow",
    "Rechecks",
    "Record",
    "RecordFilter",
    "Retention",
    "ReviewRow",
    "Reviews",
    "SessionRow",
    "Store",
    "Swept",
    "Tick",
    "TokenRow",
    "UserRow",
    "Waiting",
    "open_store",
]
