"""The history of the schema, run by Alembic when an office starts after an upgrade."""
