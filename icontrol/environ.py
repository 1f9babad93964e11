"""Reading settings from the environment: each function takes one variable and returns a checked value.

An empty variable counts as not set. A bad value raises ``ImproperlyConfigured`` with one sentence that names the
variable and says what it should be. A value that may contain a password is never repeated in a message.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import shlex
import socket
import stat
import tempfile
import zoneinfo
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Whether this process may create the data directory and its database: ``manage.py serve`` and ``migrate`` may. Any
#: other command with a wrong path must say so, not leave an empty directory behind.
may_make = False

# A host name (RFC 1123, underscores tolerated) or an IPv4 address; IPv6 goes through ipaddress.
HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\Z")


#: Values from the supervisor and from the settings file: used where the environment has none.
given: dict[str, str] = {}
#: Handed over to workers: the socket to the authors' process.
to_authors: socket.socket | None = None
#: Handed over to workers: the pipe for their signs of life (:func:`icontrol.child.beat`).
alive: int | None = None


#: A line of the settings file.
SETTING = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<quote>[\"']?)(?P<value>.*?)(?P=quote)\s*")


def text(name: str, default: str = "") -> str:
    return secret(name).strip() or default


def secret(name: str) -> str:
    """The value unchanged, with spaces; empty if not set."""
    return os.environ.get(name) or given.get(name, "")


def set_outside(names: Iterable[str]) -> dict[str, str]:
    """The variables that are set in the environment itself."""
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def file(name: str, *, base: Path) -> dict[str, str]:
    """Read and use the settings file that the variable ``name`` names; empty if it names none.

    Lines are ``NAME=value``, as systemd's ``EnvironmentFile`` and ``docker --env-file`` read them; a value may be
    quoted. Blank lines and lines that begin with ``#`` are ignored.
    """
    place = path(name, Path(), base=base)
    if place == Path():
        return {}
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name} is {place}, and that file cannot be read: {error}.") from None
    if mode & 0o077:
        raise ImproperlyConfigured(
            f"{name} is {place}, which other accounts may read (mode {mode:04o}), and secrets may stand there. "
            f"Run: chmod go-rwx {shlex.quote(str(place))}"
        )
    found = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (parts := SETTING.fullmatch(line)):
            raise ImproperlyConfigured(f"{name} is {place}, and its line {number} is not NAME=value.")
        found[parts["name"]] = parts["value"]
    for key, value in found.items():
        given.setdefault(key, value)
    return found


def strong_secret(name: str) -> str:
    """A :func:`secret` that is strong enough for Django's check W009."""
    value = secret(name)
    if value and not is_strong(value):
        raise ImproperlyConfigured(
            f"{name} can be guessed: it must have at least 50 random characters. "
            f"Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'. "
            f"(With another key, people sign in again and preview links end.)"
        )
    return value


def is_strong(value: str) -> bool:
    return len(value) >= 50 and len(set(value)) >= 5 and not value.startswith("django-insecure-")


def words(name: str, default: str = "") -> tuple[str, ...]:
    """A list separated by commas, spaces or both."""
    return tuple(word for word in re.split(r"[,\s]+", text(name, default)) if word)


def whole_number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    # int() alone would take "1_0", "+1" and full-width digits.
    if not re.fullmatch(r"[0-9]{1,18}", value) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def switch(name: str, default: bool) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")
    return value == "on"


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def path(name: str, default: Path, *, base: Path) -> Path:
    """An absolute path; a relative one starts at ``base``, so that it is the same in every process."""
    value = text(name)
    return (base / Path(value).expanduser()).resolve() if value else default


def directory(name: str, default: Path, *, base: Path) -> Path:
    """Like :func:`path`; readable by its owner only. Created if missing, by a process that may create it."""
    value = path(name, default, base=base)
    try:
        if may_make:
            value.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(value.stat().st_mode)
    except FileNotFoundError:
        return value
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {value}, and that directory cannot be made: {error.strerror}. "
            f"Name a directory that this account may write to."
        ) from error
    if mode & 0o077:
        raise ImproperlyConfigured(
            f"{name} is {value}, which other accounts may enter (mode {mode:04o}), and secrets are kept there. "
            f"Run: chmod go-rwx {shlex.quote(str(value))} (or name a directory inside it, which is then made)."
        )
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as UTC or Europe/Paris, not {value!r}.") from error
    return value


def host(name: str, default: str) -> str:
    value = text(name, default)
    if not _is_host(value):
        raise ImproperlyConfigured(
            f"{name} must be the address to listen on, such as 127.0.0.1, 0.0.0.0 or ::1, not {value!r}."
        )
    return value.strip("[]")


def origin(name: str, default: str) -> str:
    """``scheme://host[:port]`` in lower case, without a closing slash."""
    value = text(name, default)
    found = _origin(value)
    if found is None:
        raise ImproperlyConfigured(
            f"{name} must be http:// or https://, a host and nothing after it (no path), not {value!r}."
        )
    return found


def origins(name: str, default: str) -> tuple[str, ...]:
    """Origins that may read across sites, or ``("*",)`` for all of them."""
    values = words(name, default)
    if values == ("*",):
        return values
    for value in values:
        if _origin(value) is None:
            raise ImproperlyConfigured(
                f"{name} must be * or a list of origins such as https://app.example; see {value!r}."
            )
    return tuple(filter(None, map(_origin, values)))


def networks(name: str) -> tuple[Network, ...]:
    """IP addresses and CIDR ranges; a single address is a range of one."""
    found = []
    for value in words(name):
        try:
            found.append(ipaddress.ip_network(value))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must list IP addresses or ranges such as 10.0.0.0/8, and {value!r} is neither."
            ) from error
    return tuple(found)


def postgresql(name: str) -> dict[str, Any] | None:
    """The Django database settings for a ``postgresql://`` URL; ``None`` if the variable is not set."""
    value = text(name)
    if not value:
        return None
    try:
        if urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError
        database: dict[str, Any] = {**dj_database_url.parse(value, engine="icontrol.kernel.databases.postgresql")}
    except ValueError:
        # The URL may contain a password: neither it nor an error that quotes it is shown.
        database = {}
    if not database.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} must look like postgresql://user:password@host:5432/database "
            f"(characters such as @ or / in the password written as %40, %2F). "
            f"Leave it out to use the embedded SQLite database."
        )
    return database


def kept_secret(file: Path) -> str:
    """The secret in ``file``. On first use a random one is written there, readable by its owner only.

    If the directory is missing too, nothing is written and the secret is for this process only.

    Processes that start at the same time get the same secret: it is written to a temporary file, then linked into
    place.
    """
    if not file.parent.exists():
        return secrets.token_urlsafe(64)
    try:
        if not file.exists():
            handle, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # mkstemp creates it with mode 0600
            try:
                with os.fdopen(handle, "w", encoding="ascii") as out:
                    out.write(secrets.token_urlsafe(64) + "\n")
                    out.flush()
                    os.fsync(out.fileno())
                os.link(draft, file)
            except FileExistsError:
                pass
            finally:
                os.unlink(draft)
        value = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"The secret key in {file} cannot be read or made: {error}.") from error
    if not value:
        raise ImproperlyConfigured(f"The secret key file {file} is empty. Remove it, and a new one is made.")
    if not is_strong(value):
        raise ImproperlyConfigured(
            f"The secret key in {file} is weak. Remove the file, and a new one is made; everybody then logs in again."
        )
    return value


def _is_host(value: str) -> bool:
    if HOST_NAME.match(value):
        return True
    try:
        return ipaddress.ip_address(value.strip("[]")).version == 6
    except ValueError:
        return False


def _origin(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    name = parts.hostname or ""
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in ("http", "https") or not _is_host(name) or any(rest) or "@" in parts.netloc:
        return None
    name = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{name}" + (f":{port}" if port is not None else "")
