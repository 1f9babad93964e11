"""The server's application with one more address: ``/record`` evaluates every flag and says who did, and how many."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from icontrol.wsgi import django_application as served

# Only now, because the apps must be loaded.
# isort: split
from flags.usage import record_all
from icontrol.front_door import FrontDoor
from releases.delivery.live import read_live
from releases.delivery.representations import flags_of


def recording(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/record":
        return served(environ, start_response)
    live = read_live(None)
    evaluations = flags_of(live).evaluate_all({}, dt.datetime.now(dt.UTC))
    record_all(live, evaluations)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps([os.getpid(), len(evaluations)]).encode()]


application = FrontDoor(recording)
