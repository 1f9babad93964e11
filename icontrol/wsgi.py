"""The WSGI application, for servers without ASGI. It has the guard, but a slow client holds a thread."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
os.environ.setdefault("ICONTROL_DATABASE_POOL", "on")

django_application = get_wsgi_application()

from icontrol import serving  # noqa: E402  (the apps must be there)
from icontrol.guard import guarded  # noqa: E402

application = guarded(django_application)

serving.begin()
