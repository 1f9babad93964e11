"""Caps that the front of the server and the apps behind it share."""

from __future__ import annotations

#: Bytes that a client may send: a report of Unleash's SDKs on 2 000 flags has about 200 000, OFREP's contexts less.
CLIENT_BODY = 256 * 1024
