"""Next steps over HTTP, where the catalogue's are not specific to an interface."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

_READY = both("Nothing was changed. /readyz says when to try again.")

NEXT: dict[str, Text] = {
    "draft.stale": both("Read the draft again, compare it with yours, and save with the new ETag."),
    "draft.unread": both("GET /api/config/draft, then send its ETag in If-Match."),
    "schema.unread": both("GET the schema, then send its ETag in If-Match."),
    "policy.unread": both("GET /api/policy, then send its ETag in If-Match."),
    "publish.unread": both("Send version, digest, or If-Match with the draft's ETag."),
    "policy.needs_confirmation": both("Read each finding; send its code in confirm."),
    "publish.needs_confirmation": both("Read each finding; send its code in confirm."),
    "version.unknown": both("GET /api/config/versions lists them."),
    "section.unknown": both("PATCH the draft itself for anything else."),
    "object.unknown": both("Check the name, or PUT the object to create it."),
    "history.unknown": both("GET /api/config/draft/history lists them."),
    "release.unknown": both("GET /api/releases lists them."),
    "flag.unknown": both("GET /api/flags lists those that are live."),
    "kill.unknown_flag": both("Look for the key among the featureFlags of /api/config/published."),
    "preview_link.lifetime": both("Choose a shorter ttl."),
    "password.temporary": both("Change it at /account."),
    "db.unavailable": _READY,
    "db.damaged": _READY,
}
