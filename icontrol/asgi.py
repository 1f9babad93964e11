"""The ASGI application that the server runs: the front door, with Django's WSGI handler behind it."""

from __future__ import annotations

from icontrol.wsgi import django_application

# Only now, because the apps must be loaded.
# isort: split
from functools import partial

from icontrol import child, environ
from icontrol.front_door import FrontDoor, relay
from icontrol.front_door.pools import Pools
from releases import metrics
from releases.delivery import following, live

#: Under our supervisor, a separate process does authors' work; under another server, threads of this process.
elsewhere = None if environ.to_authors is None else relay.places(environ.to_authors)
if elsewhere is not None:
    metrics.COLLECTORS.append(relay.unanswered)
application = FrontDoor(
    django_application,
    Pools(elsewhere),
    learn=live.catch_up,
    follower=following.follow(),
    beat=None if environ.alive is None else partial(child.beat, environ.alive),
)
