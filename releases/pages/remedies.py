"""Next steps for pages, where the catalogue's are not specific to an interface."""

from __future__ import annotations

from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both

_AGAIN = both("Load the page again and repeat the step.")
_FLAGS = both("The list of the environment's flags shows those that are live, and those that are forced off.")
_LATER = both("Nothing was changed. Load the page again in a while.")

NEXT: dict[str, Text] = {
    "draft.stale": both("Look at the draft's history, then open this page again and decide again."),
    "draft.unread": _AGAIN,
    "publish.unread": _AGAIN,
    "policy.unread": _AGAIN,
    "http.bad_request": _AGAIN,
    "http.method_not_allowed": _AGAIN,
    "http.not_found": both("Start from the home page."),
    "publish.needs_confirmation": both("Read each finding and tick it."),
    "environment.unknown": both("See the list of environments."),
    "release.unknown": both("The ledger lists them."),
    "version.unknown": both("See the list of config versions."),
    "history.unknown": both("The version's history lists them."),
    "flag.unknown": _FLAGS,
    "kill.unknown_flag": _FLAGS,
    "lift.not_engaged": _FLAGS,
    "evaluation.bad_context": both("Give targetingKey as a string, in quotation marks."),
    "policy.unsatisfiable": both("Raise the latest version, or lower the minimum version."),
    "rollback.damaged": both("Roll back to another version, and verify the ledger on the page of its checkpoints."),
    "content.damaged": both(
        "If it is live, roll back to another version or publish one; otherwise tell the operator, who can "
        "restore a backup."
    ),
    "password.temporary": both("Choose another one here."),
    "db.unavailable": _LATER,
    "db.read_only": _LATER,
    "db.damaged": both("Nothing was changed. Tell the operator."),
}


def remedy(refusal: Refusal) -> Text:
    return NEXT.get(refusal.code, refusal.next)
