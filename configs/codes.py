"""The refusals of configs: codes and their texts."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "permission.denied",
    403,
    title="Not allowed",
    detail="{actor} may not {what}: the role “{role}” is needed.",
    next="Ask an admin for the role.",
)
define(
    "reason.required",
    422,
    title="A reason is missing",
    detail="This is kept in the audit, so it needs a reason (1 to {cap} printable characters).",
    next="Give a short reason.",
)
define(
    "write.conflict",
    409,
    title="Somebody else changed it first, twice",
    detail="The data changed while your request was being checked. Nothing was changed.",
    next="Look at the current state and send it again.",
)
define(
    "content.damaged",
    503,
    title="The stored content is damaged",
    detail="The content {digest}… can no longer be read from the database.",
    next="Restore a backup, or, if it is live, roll back or publish another version; verify_ledger says which it is.",
)
define(
    "draft.stale",
    412,
    title="The draft has changed",
    detail="{who} saved the draft at {at}, after you read it. Nothing of yours was written or lost.",
    next="Read the draft again, compare it with yours, and save on the new one.",
)
define(
    "draft.unread",
    428,
    title="Draft revision required",
    detail="A change must name the draft that it is based on, so that nobody's work is overwritten unnoticed.",
    next="Read the draft, then name the revision that you read.",
)
define(
    "draft.shape",
    422,
    title="Not a snapshot",
    detail="The document does not have the top-level shape of a snapshot.",
    next="See the problems; each one has its location.",
)
define(
    "json.refused",
    400,
    title="Not strict JSON",
    detail="The document was not read: it is not strict JSON, or it exceeds a limit.",
    next="See the problems; each one says what is wrong and where.",
)
define(
    "draft.too_large",
    413,
    title="Too large",
    detail="The snapshot has {size} bytes; at most {cap} are kept.",
    next="Remove something, or raise ICONTROL_SNAPSHOT_MAX_BYTES.",
)
define(
    "snapshot.invalid",
    422,
    title="The snapshot has problems",
    detail="{count} problem(s) must be repaired before {version} can leave the draft.",
    next="Repair each problem in the draft; warnings may stay.",
)
define(
    "version.unknown",
    404,
    title="No such version",
    detail="{application} has no version {version}.",
    next="Look at the list of versions.",
)
define(
    "version.malformed",
    400,
    title="Not a version",
    detail="“{version}” is not a SemVer 2.0.0 version of at most 64 characters.",
    next="Write it like 1.4.2 or 2.0.0-rc.1.",
)
define(
    "version.unusable",
    422,
    title="Invalid version name",
    detail="{version} cannot name a config version: it has build metadata (+…) or a number above 10^15.",
    next="Write it like 1.4.2 or 2.0.0-rc.1.",
)
define(
    "version.taken",
    409,
    title="The version exists",
    detail="{version} was used already; a number is never used twice.",
    next="Choose a free number.",
)
define(
    "version.not_preview",
    409,
    title="Not a preview",
    detail="{version} is {state}, and only a preview can be withdrawn.",
    next="To take back what is live, roll back.",
)
define(
    "preview.none",
    404,
    title="No preview",
    detail="{application} has no preview now.",
    next="Send the draft to preview first.",
)
define(
    "section.unknown",
    404,
    title="This section has no named objects",
    detail="“{section}” has no objects with a name of their own; these sections have: {sections}.",
    next="Change the draft itself for anything else.",
)
define(
    "object.unknown",
    404,
    title="No such object in the draft",
    detail="The draft has no {section}/{name}.",
    next="Check the name, or create the object.",
)
define(
    "object.ambiguous",
    409,
    title="Several objects have this name",
    detail="The draft has {count} objects {section}/{name}, so it is not clear which one you mean.",
    next="Repair the draft as a whole first.",
)
define(
    "object.malformed",
    422,
    title="Not this object",
    detail="{section}/{name} must be a JSON object whose {key} is “{name}” or is left out.",
    next="Keep the object's name. To rename it, create a new object and delete the old one.",
)
define(
    "history.unknown",
    404,
    title="No such history entry",
    detail="The application's history has no entry {entry}.",
    next="Look at the draft's history.",
)
define(
    "schema.invalid",
    422,
    title="Not a usable JSON Schema",
    detail="The schema of the extra sections was not accepted.",
    next="See the problems.",
)
define(
    "schema.too_large",
    413,
    title="Too large",
    detail="The schema has {size} bytes; at most {cap} are kept, because every version keeps a copy.",
    next="Shorten it, with $defs for what repeats.",
)
define(
    "schema.stale",
    412,
    title="The schema has changed",
    detail="{who} saved the schema at {at}, after you read it. Nothing of yours was written.",
    next="Open the schema again, compare it with yours, and save again.",
)
define(
    "schema.unread",
    428,
    title="Schema revision required",
    detail="A change must name the schema that it is based on.",
    next="Open the schema again.",
)
define(
    "application.unknown",
    404,
    title="No such application",
    detail="There is no application “{application}”.",
    next="Check the key.",
)
define(
    "name.taken",
    409,
    title="The name is taken",
    detail="“{name}” already exists.",
    next="Choose another.",
)
define(
    "name.malformed",
    422,
    title="Invalid name",
    detail="“{name}” is not usable: a-z, 0-9 and hyphens, starting with a letter, at most 63 characters.",
    next="Choose another.",
)
define(
    "label.malformed",
    422,
    title="Invalid name",
    detail="A name must have 1 to {cap} printable characters.",
    next="Choose another.",
)
define(
    "locale.malformed",
    422,
    title="Not a language",
    detail="“{locale}” is not a language tag.",
    next="Write it like fr or pt-BR.",
)
define(
    "application.last_default",
    409,
    title="There is always a default",
    detail="Clients without a key get {application}; they would then get nothing.",
    next="Make another application the default instead.",
)
