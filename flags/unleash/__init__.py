"""Unleash's client and frontend API: its stock SDKs work here with another address and a client key for a token.

What they are told is ``configs.exporters.unleash``; ``docs/reference/unleash.md`` describes it.
"""
