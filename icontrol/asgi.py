"""The ASGI application that the server runs: the front door, with Django's WSGI handler behind it."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
os.environ.setdefault("ICONTROL_DATABASE_POOL", "on")

django_application = get_wsgi_application()

from icontrol import environ, serving  # noqa: E402  (the apps must be there)
from icontrol.front_door import FrontDoor, relay  # noqa: E402
from icontrol.front_door.pools import Pools  # noqa: E402
from releases import metrics  # noqa: E402
from releases.delivery import live  # noqa: E402

#: Under our supervisor, a separate process does authors' work; under another server, threads of this process.
elsewhere = None if environ.to_authors is None else relay.places(environ.to_authors)
if elsewhere is not None:
    metrics.COLLECTORS.append(relay.unanswered)
application = FrontDoor(django_application, Pools(elsewhere), learn=live.catch_up)

serving.begin()
