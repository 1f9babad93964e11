"""Why a flag cannot be expressed in Unleash. ``docs/reference/unleash.md`` lists these sentences."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

REASONS: dict[str, Text] = {
    "rollout": both("A share is not a whole percentage, and Unleash knows a hundred steps only."),
    "fnv1a": both("The buckets are those of fnv1a, which Unleash does not know."),
    "seed": both("A seed is empty or not ASCII, and not all of Unleash's clients hash such alike."),
    "split": both(
        "A weight of a split is finer than 0.1 %, Unleash's smallest step where the split has no total of its own."
    ),
    "boolean_split": both(
        "A split deals the values of a boolean flag, and in Unleash a split deals variants of what is on."
    ),
    "unnamed_split": both(
        "A split deals a variant that Unleash's clients are not told, and in Unleash a split deals named ones."
    ),
    "off_share": both(
        "A rule switches a share off before others switch on, and Unleash cannot say “not in this share”."
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
    "number": both("A number of a version is beyond 2^53−1, which not all of Unleash's clients can read."),
    "date": both("Dates are compared with another attribute than currentTime, the only one for which Unleash can."),
    "moment": both("A moment is finer than a millisecond."),
    "attribute": both(
        "The name of an attribute means something else to Unleash's clients, or has characters that they cannot read."
    ),
    "bucket_by": both(
        "An attribute that is hashed cannot be Unleash's stickiness: its name has other characters than ASCII "
        "letters, digits, “_” and “-”, or a meaning of its own there."
    ),
    "many": both(
        "Written out as Unleash needs them, its conditions come to too many strategies, alone or with those of "
        "other flags."
    ),
    "long": both(
        "Written out as Unleash needs them, its conditions and variants make the document too long, alone or with "
        "those of other flags; sooner for SDKs that know no segments."
    ),
    "deep": both("A flag that needs others is needed itself, and Unleash goes one step only."),
    "need": both("It needs a flag that cannot be expressed."),
    "need_variant": both("It needs a variant of another flag that Unleash cannot tell from the others."),
}


class Inexpressible(ValueError):
    """A part of a flag that Unleash cannot express."""

    def __init__(self, code: str) -> None:
        self.code, self.reason = code, REASONS[code]
        super().__init__(self.reason["en"])
