"""Pictures kept as evidence, named by their content."""


class Evidence:
    """Stub."""
