"""Where flag clients send their key. Pure."""

from __future__ import annotations

#: Every header that can change an answer to them.
VARY = "X-API-Key, Authorization, Accept-Language"


def client_key(api_key: str | None, authorization: str | None) -> str | None:
    """The key from ``X-API-Key``, else from ``Authorization``, with or without ``Bearer``. ``None`` without either.

    An empty key is an unknown key: an unset variable must not choose the default environment.
    """
    if api_key is not None or authorization is None:
        return api_key
    sent = authorization.strip()
    scheme, _, rest = sent.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else sent
