"""Style sheets, scripts, pictures and fonts: the address has a hash of all of them, so browsers keep them for ever and
the modules of a page, which import each other by relative addresses, are of one release.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

#: Below STATIC_URL: an optional hash, and the file's name.
ADDRESS = re.compile(r"(?:([0-9a-f]{16})/)?(.+)\Z")
FOREVER = "max-age=31536000, public, immutable"
#: What is kept beside assets for those who make or publish them: package.json, checksums.
NOT_SERVED = ".json"


@cache
def tree() -> str:
    """The hash of all assets, the same wherever this release runs. Takes 30 ms, once in a process."""
    found: dict[str, str] = {}
    for finder in get_finders():
        for name, storage in finder.list(None):
            found.setdefault(name, storage.path(name))
    digest = sha256()
    for name, file in sorted(found.items()):
        digest.update(f"{name}\0".encode() + sha256(Path(file).read_bytes()).digest())
    return digest.hexdigest()[:16]


class Storage(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        return super().url(name if settings.WHITENOISE_AUTOREFRESH else f"{tree()}/{name}")


class Assets(WhiteNoiseMiddleware):
    """Serves a file at every hash: while servers are replaced, and to tabs that are open since before. Only at the
    hash of this release may it be kept.
    """

    get_response: Callable[[HttpRequest], HttpResponseBase]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        match = ADDRESS.match(path.removeprefix(self.static_prefix)) if path.startswith(self.static_prefix) else None
        if match is None or match[2].endswith(NOT_SERVED):
            return self.get_response(request)
        name = self.static_prefix + match[2]
        file = self.find_file(name) if self.autorefresh else self.files.get(name)
        if file is None:
            return self.get_response(request)
        response = self.serve(file, request)
        response["Cache-Control"] = FOREVER if match[1] == tree() else "no-cache"
        return response
