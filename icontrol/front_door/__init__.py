"""The front door: what stands in the server's event loop, before Django.

It reads requests whole (with caps and deadlines), answers ``/livez`` itself, and runs Django's WSGI handler in threads:
those of clients, of emergencies and of authors are apart, so that nobody waits for somebody else's computing. Whoever
reads slowly, sends slowly or says nothing costs memory, and no thread.
"""

from __future__ import annotations

from icontrol.front_door.application import FrontDoor

__all__ = ["FrontDoor"]
