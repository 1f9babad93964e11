"""Unleash's client and frontend API: its stock SDKs work here with another address and a client key for a token.

:mod:`configs.exporters.unleash` makes the answers; ``docs/reference/unleash.md`` describes them.
"""
