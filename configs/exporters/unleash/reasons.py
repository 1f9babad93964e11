"""Why a flag cannot be expressed in Unleash. ``docs/reference/unleash.md`` lists these sentences."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

REASONS: dict[str, Text] = {
    "rollout": both("A share is not a whole percentage, and Unleash has only a hundred steps."),
    "fnv1a": both("The buckets are those of fnv1a, which Unleash does not know."),
    "seed": both("A seed is empty or not ASCII, and not all Unleash clients hash such a seed alike."),
    "split": both(
        "A weight of a split is finer than 0.1 %, Unleash's smallest step where the split has no total of its own."
    ),
    "boolean_split": both(
        "A split serves the values of a boolean flag; in Unleash a split serves variants of a flag that is on."
    ),
    "unnamed_split": both(
        "A split serves a variant that Unleash's clients do not get; in Unleash a split serves named variants."
    ),
    "off_share": both(
        "A rule switches a share off before others switch on, and Unleash cannot express “not in this share”."
    ),
    "off_is_true": both("The off variant of the boolean flag is true, and what is off is false in Unleash."),
    "private": both("It needs a private segment, whose conditions clients do not get."),
    "remote": both("It is marked to be evaluated on the server only."),
    "operator": both(
        "It uses “exists”, “matches”, “inCidr” or a comparison of dotted versions, which not all of Unleash's "
        "clients know or understand alike."
    ),
    "ignore_case": both(
        "It compares whole texts, or a Greek sigma, without regard to case, which Unleash does only for parts of "
        "texts and not for that letter."
    ),
    "value": both(
        "A value to compare with is empty, has a backslash, or begins or ends with a space: Unleash clients alter it."
    ),
    "number": both("A number in a version exceeds 2^53−1, which not all Unleash clients can read."),
    "date": both("Dates are compared with an attribute other than currentTime, the only one that Unleash supports."),
    "moment": both("A time is more precise than a millisecond."),
    "attribute": both(
        "The name of an attribute means something else to Unleash's clients, or has characters that they cannot read."
    ),
    "bucket_by": both(
        "A hashed attribute cannot be Unleash's stickiness: its name has characters other than ASCII "
        "letters, digits, “_” and “-”, or a special meaning there."
    ),
    "many": both(
        "Written out as Unleash needs them, its conditions become too many strategies, alone or with those "
        "of other flags."
    ),
    "long": both(
        "Written out as Unleash needs them, its conditions and variants make the document too long, alone or with "
        "those of other flags; sooner for SDKs that know no segments."
    ),
    "deep": both("One of its prerequisites has prerequisites of its own, and Unleash allows one level only."),
    "need": both("One of its prerequisites cannot be expressed in Unleash."),
    "need_variant": both("It needs a variant of another flag that Unleash cannot tell from the others."),
}


class Inexpressible(ValueError):
    """A part of a flag that Unleash cannot express."""

    def __init__(self, code: str) -> None:
        self.code, self.reason = code, REASONS[code]
        super().__init__(self.reason["en"])
