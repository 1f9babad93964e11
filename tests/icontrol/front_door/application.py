"""What the processes of the tests serve: slow on request, and without a database."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
django.setup()

from icontrol.front_door import FrontDoor  # noqa: E402


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    seconds, _, size = environ["QUERY_STRING"].partition("&")
    time.sleep(float(seconds or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    name = threading.current_thread().name.partition("_")[0]
    return [f"{name} {len(body)} ".encode(), b"x" * int(size or 0)]


application = FrontDoor(answer)
