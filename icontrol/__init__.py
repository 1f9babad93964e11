"""iCONTROL: the project around the apps (settings, URLs, server)."""

__version__ = "0.1.0"
