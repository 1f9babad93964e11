"""The refusals of releases: codes and their texts."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "environment.unknown",
    404,
    title="No such environment",
    detail="{application} has no environment “{environment}”.",
    next="Check the key, or create it with create_environment.",
)
define(
    "release.none",
    404,
    title="Nothing is live",
    detail="Nothing was published in {environment} yet.",
    next="Publish a version there first.",
)
define(
    "release.unknown",
    404,
    title="No such release",
    detail="{environment} has no release {serial}.",
    next="Look at the ledger.",
)
define(
    "publish.unread",
    428,
    title="Revision required",
    detail="Publishing names what was read: a version, or the draft by its revision or digest.",
    next="Read it, then name the revision that you read.",
)
define(
    "publish.conflict",
    409,
    title="Somebody released meanwhile",
    detail="You read release {expected}; since then {who} appended {serial} ({kind}) at {at}. Nothing was changed.",
    next="Look at what is live now and decide again.",
)
define(
    "publish.digest_unknown",
    409,
    title="The draft is not what you read",
    detail="The draft's digest is {digest} now.",
    next="Read the draft again and compare.",
)
define(
    "publish.version_differs",
    409,
    title="Not what you read",
    detail="{version} does not have the content that was read.",
    next="Read the version again and compare.",
)
define(
    "publish.draft_moved",
    412,
    title="Another version was meant",
    detail="The draft is {version} now.",
    next="Read the draft again.",
)
define(
    "release.nothing_to_publish",
    409,
    title="Already live",
    detail="{version} has the content that is live in {environment} (release {serial}).",
    next="Nothing to do. To change only the version policy, change the policy itself.",
)
define(
    "version.withdrawn",
    409,
    title="The version was withdrawn",
    detail="{version} was withdrawn by {who} and cannot be published.",
    next="Revert the draft to it and publish the draft.",
)
define(
    "publish.needs_confirmation",
    409,
    title="Please confirm",
    detail="Publishing {version} in {environment} needs explicit confirmation of: {codes}.",
    next="Read each finding, then confirm it.",
)
define(
    "publish.unknown_changes",
    422,
    title="Unknown changes",
    detail="The draft's diff against live has no change: {changes}.",
    next="Read the diff again and pick from it.",
)
define(
    "publish.changes_need_live",
    409,
    title="Nothing live to build on",
    detail="Picked changes go onto the live snapshot, and nothing is live in {environment}.",
    next="Publish the whole draft first.",
)
define(
    "publish.missing_dependencies",
    422,
    title="The pick needs more",
    detail="What was picked refers to things that are not live; also pick: {changes}.",
    next="Add these changes to the pick.",
)
define(
    "rollback.nothing_before",
    409,
    title="Nothing to go back to",
    detail="{version} is the first version that went live in {environment}: there is none before it to go back to.",
    next="Name the version to release again, publish another one, or engage a kill switch.",
)
define(
    "rollback.never_live",
    409,
    title="Never released here",
    detail="{version} was never live in {environment}; only what was live can be rolled back to.",
    next="To release it for the first time, publish it.",
)
define(
    "rollback.already_live",
    409,
    title="Already live",
    detail="{version} is live in {environment} (release {serial}).",
    next="Nothing to do.",
)
define(
    "rollback.damaged",
    409,
    title="The stored version is damaged",
    detail="{version} no longer has the digest it was released with.",
    next="Roll back to another version and run verify_ledger.",
)
define(
    "undo.not_newest",
    409,
    title="Not the newest release",
    detail="The newest release of {environment} is {serial} ({kind}, by {who}); only that one can be undone.",
    next="Look at the ledger and decide again.",
)
define(
    "undo.nothing_before",
    409,
    title="Nothing before it",
    detail="No version was live in {environment} before release {serial}; without it clients would get nothing.",
    next="Publish something else instead.",
)
define(
    "kill.unknown_flag",
    404,
    title="No such flag is live",
    detail="The live config of {environment} has no flag “{flag}”{near}.",
    next="Look for the key among the flags that are live.",
)
define(
    "kill.moved",
    409,
    title="It was killed and lifted meanwhile",
    detail=(
        "“{flag}” was forced off in {environment} after release {serial}, which you looked at, and then lifted again."
    ),
    next="Find out why in the ledger; if the flag must go off again, repeat the request.",
)
define(
    "lift.not_engaged",
    404,
    title="No such kill switch",
    detail="No kill switch for “{flag}” is engaged in {environment}, and no live flag has that key{near}.",
    next="The newest release lists those that are engaged.",
)
define(
    "lift.moved",
    409,
    title="It was lifted and killed meanwhile",
    detail=(
        "“{flag}” was lifted in {environment} after release {serial}, which you looked at, and then forced off again."
    ),
    next="Find out why in the ledger before you lift it again.",
)
define(
    "policy.invalid",
    422,
    title="The version policy has problems",
    detail="{count} problem(s) in the policy; nothing was changed.",
    next="See the problems; each one has its location.",
)
define(
    "policy.none_yet",
    412,
    title="There is no policy yet",
    detail="Nothing was released here yet; the policy that was read is another one.",
    next="Read the policy again.",
)
define(
    "publish.nothing_yet",
    409,
    title="Nothing was released here",
    detail="You read release {expected}, and the ledger of {environment} is empty. Nothing was changed.",
    next="Look at what is live now and decide again.",
)
define(
    "policy.unsatisfiable",
    422,
    title="Cannot be satisfied",
    detail="Nobody can install {minimum}: the newest is {latest}.",
    next="Raise latest first, or lower the minimum.",
)
define(
    "policy.needs_confirmation",
    409,
    title="Please confirm",
    detail="This version policy of {environment} needs explicit confirmation of: {codes}.",
    next="Read each finding, then confirm it.",
)
define(
    "policy.stale",
    412,
    title="The policy has changed",
    detail="{who} changed it at {at} (release {serial}), after you read it.",
    next="Read the policy again.",
)
define(
    "policy.unread",
    428,
    title="Policy revision required",
    detail="A change must name the policy that it is based on.",
    next="Read the policy, then name the revision that you read.",
)
define(
    "policy.unchanged",
    409,
    title="Nothing changes",
    detail="{environment} already has this policy.",
    next="Nothing to do.",
)
define(
    "token.unknown",
    404,
    title="No such token",
    detail="There is no active token “{name}”.",
    next="Check the name.",
)
define(
    "person.unknown",
    404,
    title="No such account",
    detail="There is no account “{name}”.",
    next="Check the user name.",
)
define(
    "person.malformed",
    422,
    title="Invalid user name",
    detail="A user name has 1 to 150 letters, digits and the signs @ . + - _.",
    next="Choose another.",
)
define(
    "person.yourself",
    409,
    title="This is your own account",
    detail="You cannot change the role of your own account, deactivate it or reset its password.",
    next="Ask another admin; you change your own password on the page of your account.",
)
define(
    "person.superuser",
    403,
    title="This is a superuser",
    detail="{name} is a superuser, whom only superusers change.",
    next="Ask a superuser.",
)
define(
    "token.lifetime",
    422,
    title="Not a usable lifetime",
    detail="A lifetime must be between 1 and {cap} {unit}.",
    next="Choose a shorter one.",
)
define(
    "client_key.unknown",
    401,
    title="Unknown client key",
    detail="The client key is not known or was revoked.",
    next="Leave it out for the default environment, or ask for a new key.",
)
define(
    "preview_link.unknown",
    404,
    title="No such link",
    detail="This preview link does not exist.",
    next="Ask for a new link.",
)
define(
    "preview_link.dead",
    410,
    title="The link has expired or was revoked",
    detail="{why}",
    next="Ask for a new link.",
)
define(
    "gate.update_required",
    426,
    title="Update required",
    detail="Version {version} is below the minimum {minimum}.",
    next="Install {latest}.",
)
define(
    "gate.maintenance",
    503,
    title="Maintenance",
    detail="The service is under maintenance.",
    next="Try again later; Retry-After says when.",
)
define(
    "gate.malformed_version",
    400,
    title="Malformed client version",
    detail="X-Client-Version is not a version such as 1.4.2.",
    next="Send a SemVer 2.0.0 version.",
)
define(
    "preview_link.lifetime",
    422,
    title="Not a usable lifetime",
    detail="A preview link is valid for one minute to {cap} days.",
    next="Choose a shorter time.",
)
define(
    "role.unknown",
    422,
    title="No such role",
    detail="“{role}” is not a role; the roles are {roles}.",
    next="Choose one of them.",
)
define(
    "command.unusable",
    422,
    title="Invalid command",
    detail="{why}",
    next="Correct what is named and try again; --help lists the options.",
)
define(
    "import.refused",
    422,
    title="The files were not imported",
    detail="{count} problem(s) in the files; the draft stays as it is.",
    next="Repair each problem in its file, then import again.",
)
define(
    "db.unmigrated",
    503,
    title="The database is not ready",
    detail="Its tables are missing, or older than this program.",
    next="Start the server once, or run manage.py migrate.",
)
define(
    "db.missing",
    503,
    title="There is no database here",
    detail="{file} does not exist, and nothing was created.",
    next=(
        "If a server keeps its data elsewhere, ICONTROL_DATA or DATABASE_URL says where: set the same here "
        "(ICONTROL_DATA=/its/directory manage.py …). If there is no server yet, start it once, or run "
        "manage.py migrate."
    ),
)
define(
    "db.unavailable",
    503,
    title="The database is unavailable",
    detail="The database does not answer. Clients keep getting what this server has read; nothing can be written.",
    next="Nothing was changed. Try again in a while.",
)
define(
    "release.preparing",
    503,
    title="Not ready yet",
    detail="The answer for this release is being computed, and that takes longer than a client should wait.",
    next="Keep using what you have, and ask again later.",
)
define(
    "db.busy",
    503,
    title="Somebody else is writing",
    detail="The database was busy with other work for too long.",
    next="Nothing was changed. Try again.",
)
define(
    "db.read_only",
    503,
    title="The database is read-only",
    detail="The database can be read but not written: it is a standby, or its disk is full. Clients are served.",
    next="Nothing was changed. Point DATABASE_URL at the primary, or make room.",
)
define(
    "db.replaced",
    503,
    title="The database file is gone",
    detail=(
        "The file that this server opened was removed or replaced. Clients keep getting what it has read; "
        "nothing is written, because it would be lost."
    ),
    next="Nothing was changed. Put the file back, or restart the server to work with the one that is there.",
)
define(
    "db.damaged",
    503,
    title="The database is damaged or being restored",
    detail="A table is missing or damaged. Clients keep getting what this server has read; nothing can be written.",
    next="Nothing was changed. Wait for the restore, or restore a backup.",
)
define(
    "password.temporary",
    403,
    title="Choose your own password first",
    detail="Your password was assigned to you, so somebody else may know it. Until you change it, it gives "
    "access to nothing else.",
    next="Choose a new one.",
)
