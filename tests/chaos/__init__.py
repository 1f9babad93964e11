"""Servers that are killed, stopped, reloaded and doubled while they are used. ``make chaos`` goes more rounds."""
