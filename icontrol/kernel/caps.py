"""Caps shared by the front door and the apps."""

from __future__ import annotations

#: Bytes of a client's body: an Unleash SDK's report on 2 000 flags has about 200 000, an OFREP context fewer.
CLIENT_BODY = 256 * 1024
