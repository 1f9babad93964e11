"""The ASGI application: for servers that speak it."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
os.environ.setdefault("ICONTROL_DATABASE_POOL", "on")

application = get_asgi_application()

from flags.usage import write_in_background  # noqa: E402  (the apps must be there)

write_in_background()
