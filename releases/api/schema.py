"""The OpenAPI document: the file in ``docs/``, which ``make lint`` compares with what the program generates."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from releases.api.public import PublicView
from releases.delivery.answers import Route

FILE = "docs/reference/openapi.yaml"


@cache
def document() -> tuple[bytes, str]:
    """The bytes and their ETag, read once: generating the document takes a tenth of a second."""
    body = (settings.BASE_DIR / FILE).read_bytes()
    return body, f'"{sha256(body).hexdigest()}"'


class SchemaView(PublicView):
    """OpenAPI 3.1, in one form whatever ``Accept`` and the query say."""

    route = Route("")

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        body, etag = document()
        answer = HttpResponse(
            body, content_type="application/yaml", headers={"ETag": etag, "Cache-Control": "no-cache"}
        )
        return get_conditional_response(request._request, etag=etag, response=answer) or answer
