"""The ASGI application: for servers that speak it."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
os.environ.setdefault("ICONTROL_DATABASE_POOL", "on")

django_application = get_asgi_application()

from flags import usage  # noqa: E402  (the apps must be there)
from icontrol import deadlines  # noqa: E402
from icontrol.guard import guarded_async  # noqa: E402
from releases import background  # noqa: E402

application = guarded_async(django_application)

deadlines.everywhere(deadlines.SERVER)
usage.write_in_background()
background.write_in_background()
