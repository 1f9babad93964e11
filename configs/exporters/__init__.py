"""Exporters: a snapshot in the formats of other products."""
