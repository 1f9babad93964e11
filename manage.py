#!/usr/bin/env python3
"""Django's command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import OperationalError

        from icontrol import child, environ, utility
    except ImportError:
        sys.exit("Django is not installed for this Python. Run `make run`, or use .venv/bin/python manage.py.")
    if sys.argv[1:3] == ["serve", "--prepare"]:
        environ.given.update(child.handed_over()["given"])
    environ.may_make = sys.argv[1:2] in (["serve"], ["migrate"], ["restore"])
    try:
        utility.execute()
    except ImproperlyConfigured as problem:
        # Settings are wrong: the sentence is for the person who set them, a traceback is not.
        sys.exit(f"icontrol: {problem}")
    except OperationalError as problem:
        from django.conf import settings

        sys.exit(f"icontrol: The database {settings.DATABASES['default']['NAME']} cannot be used: {problem}")
    except BrokenPipeError:
        # Whoever reads our output (head, less) has seen enough; nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
