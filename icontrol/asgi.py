"""The ASGI application: what the server runs. The front door, and Django's WSGI handler behind it."""

from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
os.environ.setdefault("ICONTROL_DATABASE_POOL", "on")

django_application = get_wsgi_application()

from icontrol.front_door import FrontDoor  # noqa: E402
from icontrol.kernel import background, deadlines  # noqa: E402
from releases import housekeeping  # noqa: E402

#: Seconds after which a thread that computes lets another one run. A kill gives way at each of its queries and waits so
#: long each time beside an editor's diff: with Python's 5 ms its p99 was twice as long, and the editors got no further.
SWITCH_INTERVAL = 0.0005

application = FrontDoor(django_application)

sys.setswitchinterval(SWITCH_INTERVAL)
deadlines.everywhere(deadlines.SERVER)
background.write_in_background()
housekeeping.keep_house()
