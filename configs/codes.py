"""What configs can refuse, in words."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "permission.denied",
    403,
    title=("Not allowed", "Non autorisé"),
    detail=(
        "{actor} may not {what}: the role “{role}” is needed.",
        "{actor} ne peut pas {what} : il faut le rôle « {role} ».",
    ),
    next=("Ask an admin for the role.", "Demandez ce rôle à un administrateur."),
)
define(
    "reason.required",
    422,
    title=("A reason is missing", "Il manque un motif"),
    detail=(
        "This is kept in the audit, so it needs a reason (1 to {cap} printable characters).",
        "Ceci reste dans l'audit : il faut un motif (1 à {cap} caractères imprimables).",
    ),
    next=("Say in a few words why.", "Dites en quelques mots pourquoi."),
)
define(
    "write.conflict",
    409,
    title=("Somebody else was faster, twice", "Quelqu'un d'autre a été plus rapide, deux fois"),
    detail=(
        "What this was checked against changed while it was checked. Nothing was changed.",
        "Ce sur quoi portait la vérification a changé pendant qu'elle se faisait. Rien n'a changé.",
    ),
    next=("Look at what is there now and send it again.", "Regardez l'état actuel, puis renvoyez la demande."),
)
define(
    "content.damaged",
    503,
    title=("The stored content is damaged", "Le contenu stocké est abîmé"),
    detail=(
        "The content {digest}… can no longer be read from the database.",
        "Le contenu {digest}… ne se lit plus dans la base.",
    ),
    next=(
        "Restore a backup, or, if it is live, roll back or publish another version; verify_ledger says which it is.",
        "Restaurez une sauvegarde ou, s'il est en ligne, revenez à une autre version ou publiez-en une ; "
        "verify_ledger dit laquelle est touchée.",
    ),
)
define(
    "draft.stale",
    412,
    title=("The draft has moved on", "Le brouillon a changé"),
    detail=(
        "{who} saved the draft at {at}, after you read it. Nothing of yours was written or lost.",
        "{who} a enregistré le brouillon le {at}, après votre lecture. Rien de votre travail n'a été écrit ni perdu.",
    ),
    next=(
        "Read the draft again, compare it with yours, and save on the new ETag.",
        "Relisez le brouillon, comparez-le au vôtre, puis enregistrez avec le nouvel ETag.",
    ),
)
define(
    "draft.precondition_required",
    428,
    title=("Say which draft you read", "Dites quel brouillon vous avez lu"),
    detail=("Writing needs If-Match with the ETag that was read.", "L'écriture exige If-Match avec l'ETag lu."),
    next=(
        "GET /api/config/draft, then send its ETag in If-Match.",
        "GET /api/config/draft, puis renvoyez son ETag dans If-Match.",
    ),
)
define(
    "draft.shape",
    422,
    title=("Not a snapshot", "Ce n'est pas un instantané"),
    detail=(
        "The document does not have the top-level shape of a snapshot.",
        "Le document n'a pas la forme d'un instantané.",
    ),
    next=("See the problems; each names its place.", "Voyez les problèmes ; chacun indique sa place."),
)
define(
    "json.refused",
    400,
    title=("Not strict JSON", "JSON non strict"),
    detail=(
        "The document was not read: it is not strict JSON within the limits.",
        "Le document n'a pas été lu : ce n'est pas du JSON strict dans les limites.",
    ),
    next=("See the problems; each says what and where.", "Voyez les problèmes ; chacun dit quoi et où."),
)
define(
    "draft.too_large",
    413,
    title=("Too large", "Trop grand"),
    detail=(
        "The snapshot has {size} bytes; at most {cap} are kept.",
        "L'instantané fait {size} octets ; {cap} au plus sont conservés.",
    ),
    next=(
        "Remove something, or raise ICONTROL_SNAPSHOT_MAX_BYTES.",
        "Retirez quelque chose ou augmentez ICONTROL_SNAPSHOT_MAX_BYTES.",
    ),
)
define(
    "snapshot.invalid",
    422,
    title=("The snapshot has problems", "L'instantané a des problèmes"),
    detail=(
        "{count} problem(s) must be repaired before {version} can leave the draft.",
        "{count} problème(s) à corriger avant que {version} quitte le brouillon.",
    ),
    next=(
        "Repair each problem in the draft; warnings may stay.",
        "Corrigez chaque problème du brouillon ; les avertissements peuvent rester.",
    ),
)
define(
    "version.unknown",
    404,
    title=("No such version", "Version inconnue"),
    detail=("{application} has no version {version}.", "{application} n'a pas de version {version}."),
    next=("GET /api/config/versions lists them.", "GET /api/config/versions les énumère."),
)
define(
    "version.malformed",
    400,
    title=("Not a version", "Ce n'est pas une version"),
    detail=(
        "“{version}” is not a SemVer 2.0.0 version of at most 64 characters.",
        "« {version} » n'est pas une version SemVer 2.0.0 d'au plus 64 caractères.",
    ),
    next=("Write it like 1.4.2 or 2.0.0-rc.1.", "Écrivez-la comme 1.4.2 ou 2.0.0-rc.1."),
)
define(
    "version.unusable",
    422,
    title=("Not usable as a name", "Inutilisable comme nom"),
    detail=(
        "{version} cannot name a config version: it has build metadata (+…) or a number above 10^15.",
        "{version} ne peut nommer une version de config : métadonnées (+…) ou nombre supérieur à 10^15.",
    ),
    next=("Write it like 1.4.2 or 2.0.0-rc.1.", "Écrivez-la comme 1.4.2 ou 2.0.0-rc.1."),
)
define(
    "version.taken",
    409,
    title=("The version exists", "La version existe"),
    detail=(
        "{version} was used already; a number is never used twice.",
        "{version} a déjà servi ; un numéro ne sert jamais deux fois.",
    ),
    next=("Choose a free number.", "Choisissez un numéro libre."),
)
define(
    "version.not_preview",
    409,
    title=("Not a preview", "Pas un aperçu"),
    detail=(
        "{version} is {state}, and only a preview can be withdrawn.",
        "{version} est à l'état {state} ; seul un aperçu peut être retiré.",
    ),
    next=("To take back what is live, roll back.", "Pour reprendre ce qui est en ligne, revenez à une version."),
)
define(
    "preview.none",
    404,
    title=("No preview", "Pas d'aperçu"),
    detail=("{application} has no preview now.", "{application} n'a pas d'aperçu en ce moment."),
    next=("Send the draft to preview first.", "Envoyez d'abord le brouillon en aperçu."),
)
define(
    "section.unknown",
    404,
    title=("No section of named objects", "Pas une section d'objets nommés"),
    detail=(
        "“{section}” has no objects with a name of their own; these sections have: {sections}.",
        "« {section} » n'a pas d'objets nommés ; ces sections en ont : {sections}.",
    ),
    next=("Patch the draft itself for anything else.", "Pour le reste, modifiez le brouillon lui-même (PATCH)."),
)
define(
    "object.unknown",
    404,
    title=("No such object in the draft", "Objet absent du brouillon"),
    detail=("The draft has no {section}/{name}.", "Le brouillon n'a pas de {section}/{name}."),
    next=("Check the name, or PUT the object to make it.", "Vérifiez le nom, ou créez l'objet par PUT."),
)
define(
    "object.ambiguous",
    409,
    title=("The name stands several times", "Le nom figure plusieurs fois"),
    detail=(
        "The draft has {count} objects {section}/{name}; which one is meant cannot be known.",
        "Le brouillon a {count} objets {section}/{name} ; impossible de savoir lequel est visé.",
    ),
    next=("Repair the draft as a whole first.", "Corrigez d'abord le brouillon entier."),
)
define(
    "object.malformed",
    422,
    title=("Not this object", "Ce n'est pas cet objet"),
    detail=(
        "{section}/{name} is a JSON object whose {key} is “{name}”, or is left out.",
        "{section}/{name} est un objet JSON dont {key} vaut « {name} », ou est omis.",
    ),
    next=(
        "Leave the object its name. To rename it, make the new one and delete the old one.",
        "Laissez son nom à l'objet. Pour le renommer, créez le nouveau et supprimez l'ancien.",
    ),
)
define(
    "history.unknown",
    404,
    title=("No such history entry", "Entrée d'historique inconnue"),
    detail=(
        "The application's history has no entry {entry}.",
        "L'historique de l'application n'a pas d'entrée {entry}.",
    ),
    next=("GET /api/config/draft/history lists them.", "GET /api/config/draft/history les énumère."),
)
define(
    "schema.invalid",
    422,
    title=("Not a usable JSON Schema", "Schéma JSON inutilisable"),
    detail=("The schema of the extra sections was not accepted.", "Le schéma des sections propres n'est pas accepté."),
    next=("See the problems.", "Voyez les problèmes."),
)
define(
    "schema.too_large",
    413,
    title=("Too large", "Trop grand"),
    detail=(
        "The schema has {size} bytes; at most {cap} are kept, because every version keeps a copy.",
        "Le schéma fait {size} octets ; {cap} au plus sont conservés, car chaque version en garde une copie.",
    ),
    next=("Shorten it, with $defs for what repeats.", "Raccourcissez-le, avec $defs pour ce qui se répète."),
)
define(
    "schema.stale",
    412,
    title=("The schema has moved on", "Le schéma a changé"),
    detail=(
        "{who} saved the schema at {at}, after you read it. Nothing of yours was written.",
        "{who} a enregistré le schéma le {at}, après votre lecture. Rien du vôtre n'a été écrit.",
    ),
    next=(
        "Open the schema again, compare it with yours, and save anew.",
        "Rouvrez le schéma, comparez-le au vôtre, puis enregistrez à nouveau.",
    ),
)
define(
    "schema.precondition_required",
    428,
    title=("Say which schema you read", "Dites quel schéma vous avez lu"),
    detail=(
        "Changing the schema needs the ETag of the one that was read.",
        "Changer le schéma exige l'ETag de celui qui a été lu.",
    ),
    next=("Open the schema again.", "Rouvrez le schéma."),
)
define(
    "application.unknown",
    404,
    title=("No such application", "Application inconnue"),
    detail=("There is no application “{application}”.", "Il n'y a pas d'application « {application} »."),
    next=("Check the key.", "Vérifiez la clé."),
)
define(
    "name.taken",
    409,
    title=("The name is taken", "Le nom est pris"),
    detail=("“{name}” exists already.", "« {name} » existe déjà."),
    next=("Choose another.", "Choisissez-en un autre."),
)
define(
    "name.malformed",
    422,
    title=("Not a usable name", "Nom inutilisable"),
    detail=(
        "“{name}” is not usable: a-z, 0-9 and hyphens, starting with a letter, at most 63 characters.",
        "« {name} » est inutilisable : a-z, 0-9 et tirets, une lettre en tête, 63 caractères au plus.",
    ),
    next=("Choose another.", "Choisissez-en un autre."),
)
define(
    "label.malformed",
    422,
    title=("Not a usable name", "Nom inutilisable"),
    detail=("A name has 1 to {cap} printable characters.", "Un nom a de 1 à {cap} caractères imprimables."),
    next=("Choose another.", "Choisissez-en un autre."),
)
define(
    "locale.malformed",
    422,
    title=("Not a language", "Pas une langue"),
    detail=("“{locale}” is not a language tag.", "« {locale} » n'est pas un code de langue."),
    next=("Write it like fr or pt-BR.", "Écrivez-la comme fr ou pt-BR."),
)
define(
    "application.last_default",
    409,
    title=("There is always a default", "Il y a toujours une application par défaut"),
    detail=(
        "Clients without a key get {application}; they would get nothing any more.",
        "Les clients sans clé reçoivent {application} ; ils ne recevraient plus rien.",
    ),
    next=("Make another application the default instead.", "Faites plutôt d'une autre l'application par défaut."),
)
