"""Where clients of flags name their key. Pure."""

from __future__ import annotations

#: Every header that can change an answer to them.
VARY = "X-API-Key, Authorization, Accept-Language"


def client_key(api_key: str | None, authorization: str | None) -> str | None:
    """What ``X-API-Key`` says, else ``Authorization``: the key alone, or after ``Bearer``. ``None`` without either.

    An empty key is one that nobody has: a variable that was not set must not choose the default environment.
    """
    if api_key is not None or authorization is None:
        return api_key
    sent = authorization.strip()
    scheme, _, rest = sent.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else sent
