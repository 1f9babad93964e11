"""Why a flag cannot be put into Unleash's words. ``docs/reference/unleash.md`` lists these sentences."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

REASONS: dict[str, Text] = {
    "rollout": both(
        "A share is not a whole percentage, and Unleash knows a hundred steps only.",
        "Une part n'est pas un pourcentage entier, et Unleash ne connaît que cent paliers.",
    ),
    "fnv1a": both(
        "The buckets are those of fnv1a, which Unleash does not know.",
        "Les tranches sont celles de fnv1a, qu'Unleash ne connaît pas.",
    ),
    "seed": both(
        "A seed is empty or not ASCII, and not all of Unleash's clients hash such alike.",
        "Une graine est vide ou n'est pas en ASCII, et les clients d'Unleash ne les hachent pas tous pareil.",
    ),
    "split": both(
        "A weight of a split is finer than 0.1 %, Unleash's smallest step where the split has no total of its own.",
        "Un poids d'une répartition est plus fin que 0,1 %, le plus petit pas d'Unleash quand la répartition n'a pas"
        " son propre total.",
    ),
    "boolean_split": both(
        "A split deals the values of a boolean flag, and in Unleash a split deals variants of what is on.",
        "Une répartition distribue les valeurs d'un drapeau booléen ; chez Unleash elle distribue les variantes de ce"
        " qui est actif.",
    ),
    "unnamed_split": both(
        "A split deals a variant that Unleash's clients are not told, and in Unleash a split deals named ones.",
        "Une répartition distribue une variante que les clients d'Unleash ne reçoivent pas ; chez Unleash elle en"
        " distribue qui ont un nom.",
    ),
    "off_share": both(
        "A rule switches a share off before others switch on, and Unleash cannot say “not in this share”.",
        "Une règle coupe une part avant que d'autres n'activent, et Unleash ne sait pas dire « hors de cette part ».",
    ),
    "off_is_true": both(
        "The off variant of the boolean flag is true, and what is off is false in Unleash.",
        "La variante éteinte du drapeau booléen vaut vrai, et ce qui est éteint est faux chez Unleash.",
    ),
    "private": both(
        "It needs a private segment, whose conditions clients do not get.",
        "Il lui faut un segment privé, dont les clients ne reçoivent pas les conditions.",
    ),
    "remote": both(
        "It is marked to be evaluated on the server only.",
        "Il est marqué pour n'être évalué que par le serveur.",
    ),
    "operator": both(
        "It uses “exists”, “matches”, “inCidr” or a comparison of dotted versions, which not all of Unleash's clients"
        " know or understand alike.",
        "Il utilise « exists », « matches », « inCidr » ou une comparaison de versions à points, que les clients"
        " d'Unleash ne connaissent ou ne comprennent pas tous pareil.",
    ),
    "ignore_case": both(
        "It compares whole texts, or a Greek sigma, without regard to case, which Unleash does only for parts of texts"
        " and not for that letter.",
        "Il compare des textes entiers, ou un sigma grec, sans tenir compte de la casse, ce qu'Unleash ne fait que pour"
        " des parties de texte et pas pour cette lettre.",
    ),
    "value": both(
        "A value to compare with is empty, has a backslash, or begins or ends with a space: Unleash clients alter it.",
        "Une valeur à comparer est vide, contient une barre oblique inverse, ou commence ou finit par une espace : les"
        " clients d'Unleash la changent.",
    ),
    "number": both(
        "A number of a version is beyond 2^53−1, which not all of Unleash's clients can read.",
        "Un nombre d'une version dépasse 2^53−1, que les clients d'Unleash ne savent pas tous lire.",
    ),
    "date": both(
        "Dates are compared with another attribute than currentTime, the only one for which Unleash can.",
        "Des dates sont comparées à un autre attribut que currentTime, le seul pour lequel Unleash sait le faire.",
    ),
    "moment": both(
        "A moment is finer than a millisecond.",
        "Un moment est plus fin que la milliseconde.",
    ),
    "attribute": both(
        "The name of an attribute means something else to Unleash's clients, or has characters that they cannot read.",
        "Le nom d'un attribut a un autre sens pour les clients d'Unleash, ou des caractères qu'ils ne savent pas lire.",
    ),
    "bucket_by": both(
        "An attribute that is hashed cannot be Unleash's stickiness: its name has other characters than ASCII letters,"
        " digits, “_” and “-”, or a meaning of its own there.",
        "Un attribut haché ne peut être la « stickiness » d'Unleash : son nom a d'autres caractères que lettres ASCII,"
        " chiffres, « _ » et « - », ou un sens particulier chez lui.",
    ),
    "many": both(
        "Written out as Unleash needs them, its conditions come to too many strategies, alone or with those of"
        " other flags.",
        "Écrites comme Unleash les demande, ses conditions font trop de stratégies, seules ou avec celles"
        " d'autres drapeaux.",
    ),
    "long": both(
        "Written out as Unleash needs them, its conditions and variants make the document too long, alone or with those"
        " of other flags; sooner for SDKs that know no segments.",
        "Écrites comme Unleash les demande, ses conditions et ses variantes rendent le document trop long, seules ou"
        " avec celles d'autres drapeaux ; plus tôt pour les SDK qui ne connaissent pas les segments.",
    ),
    "deep": both(
        "A flag that needs others is needed itself, and Unleash goes one step only.",
        "Un drapeau qui en demande d'autres est demandé lui-même, et Unleash ne fait qu'un pas.",
    ),
    "need": both(
        "It needs a flag that cannot be expressed.",
        "Il lui faut un drapeau qui ne peut être exprimé.",
    ),
    "need_variant": both(
        "It needs a variant of another flag that Unleash cannot tell from the others.",
        "Il lui faut une variante d'un autre drapeau qu'Unleash ne distingue pas des autres.",
    ),
}


class Inexpressible(ValueError):
    """Part of a flag that Unleash has no words for."""

    def __init__(self, code: str) -> None:
        self.code, self.reason = code, REASONS[code]
        super().__init__(self.reason["en"])
