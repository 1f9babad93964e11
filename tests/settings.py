"""Settings of the tests: the program's own, in a throw-away directory, whatever the shell has set.

Only ``DATABASE_URL`` is taken from outside: it chooses the database that the suite runs on.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

for _name in list(os.environ):
    if _name.startswith("ICONTROL_") or _name in ("HOST", "PORT", "PUBLIC_BASE_URL"):
        del os.environ[_name]
_data = tempfile.mkdtemp(prefix="icontrol-tests-")
_maker = os.getpid()


def remove_data() -> None:
    """Also called when pytest ends: its parallel workers leave without running what ``atexit`` knows."""
    # A forked child that ends must not take the directory away from its parent.
    if os.getpid() == _maker:
        shutil.rmtree(_data, ignore_errors=True)


atexit.register(remove_data)
os.environ["ICONTROL_DATA"] = _data
os.environ["ICONTROL_SECRET_KEY"] = "only-for-tests-" * 5

from icontrol import environ  # noqa: E402

environ.may_make = True  # the tests' databases

from icontrol.settings import *  # noqa: E402, F403
from icontrol.settings import DATABASES  # noqa: E402

if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file and not memory, so that WAL, locks and other processes are as in real life.
    DATABASES["default"]["TEST"] = {"NAME": f"{_data}/test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
