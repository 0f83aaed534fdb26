"""What an office remembers: SQLite in its data folder."""


class Store:
    """Stub: see tests/fakes_office.py until the store stands."""
