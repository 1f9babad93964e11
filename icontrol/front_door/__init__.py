"""The front door: the ASGI code in the server's event loop, in front of Django.

It reads requests whole (with caps and deadlines), answers ``/livez`` itself, and runs Django's WSGI handler in threads:
clients, emergencies and authors have separate threads, so that none waits for another's computing. A slow or silent
client costs memory, but no thread.
"""

from __future__ import annotations

from icontrol.front_door.application import FrontDoor

__all__ = ["FrontDoor"]
