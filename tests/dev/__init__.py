"""The server of the desk: ``make dev``."""
