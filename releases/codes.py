"""What releases can refuse, in words."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "environment.unknown",
    404,
    title=("No such environment", "Environnement inconnu"),
    detail=(
        "{application} has no environment “{environment}”.",
        "{application} n'a pas d'environnement « {environment} ».",
    ),
    next=(
        "Check the key, or create it with create_environment.",
        "Vérifiez la clé ou créez-le avec create_environment.",
    ),
)
define(
    "release.none",
    404,
    title=("Nothing is live", "Rien n'est en ligne"),
    detail=("Nothing was published in {environment} yet.", "Rien n'a encore été publié dans {environment}."),
    next=("Publish a version there first.", "Publiez-y d'abord une version."),
)
define(
    "release.unknown",
    404,
    title=("No such release", "Publication inconnue"),
    detail=("{environment} has no release {serial}.", "{environment} n'a pas de publication {serial}."),
    next=("GET /api/releases lists them.", "GET /api/releases les énumère."),
)
define(
    "publish.precondition_required",
    428,
    title=("Say what you read", "Dites ce que vous avez lu"),
    detail=(
        "Publishing must name a version, or the draft by If-Match or digest: what was read, not what may be there now.",
        "Pour publier, nommez une version, ou le brouillon par If-Match ou digest : ce que vous avez lu.",
    ),
    next=(
        "Send version, digest, or If-Match with the draft's ETag.",
        "Envoyez version, digest ou If-Match avec l'ETag du brouillon.",
    ),
)
define(
    "publish.conflict",
    409,
    title=("Somebody released meanwhile", "Quelqu'un a publié entre-temps"),
    detail=(
        "You read release {expected}; since then {who} appended {serial} ({kind}) at {at}. Nothing was changed.",
        "Vous avez lu la publication {expected} ; depuis, {who} a ajouté la {serial} ({kind}) le {at}. "
        "Rien n'a changé.",
    ),
    next=("Look at what is live now and decide again.", "Regardez ce qui est en ligne et décidez à nouveau."),
)
define(
    "publish.digest_unknown",
    409,
    title=("The draft is not what you read", "Le brouillon n'est plus celui que vous avez lu"),
    detail=("The draft's digest is {digest} now.", "L'empreinte du brouillon est maintenant {digest}."),
    next=("Read the draft again and compare.", "Relisez le brouillon et comparez."),
)
define(
    "publish.version_differs",
    409,
    title=("Not what you read", "Ce n'est pas ce que vous avez lu"),
    detail=(
        "{version} does not have the content that was read.",
        "{version} n'a pas le contenu qui a été lu.",
    ),
    next=("Read the version again and compare.", "Relisez la version et comparez."),
)
define(
    "publish.draft_moved",
    412,
    title=("Another version was meant", "Une autre version était visée"),
    detail=("The draft is {version} now.", "Le brouillon est maintenant {version}."),
    next=("Read the draft again.", "Relisez le brouillon."),
)
define(
    "release.nothing_to_publish",
    409,
    title=("Already live", "Déjà en ligne"),
    detail=(
        "{version} has the content that is live in {environment} (release {serial}).",
        "{version} a le contenu déjà en ligne dans {environment} (publication {serial}).",
    ),
    next=(
        "Nothing to do. To change the version policy alone, use the policy.",
        "Rien à faire. Pour ne changer que la politique de version, passez par elle.",
    ),
)
define(
    "version.withdrawn",
    409,
    title=("The version was withdrawn", "La version a été retirée"),
    detail=(
        "{version} was withdrawn by {who} and cannot be published.",
        "{version} a été retirée par {who} et ne peut être publiée.",
    ),
    next=(
        "Revert the draft to it and publish the draft.",
        "Rétablissez le brouillon à son contenu et publiez le brouillon.",
    ),
)
define(
    "publish.needs_confirmation",
    409,
    title=("Please confirm", "Confirmez, s'il vous plaît"),
    detail=(
        "Publishing {version} in {environment} needs an explicit yes to: {codes}.",
        "Publier {version} dans {environment} demande un oui explicite à : {codes}.",
    ),
    next=("Read each finding; send its code in confirm.", "Lisez chaque constat ; envoyez son code dans confirm."),
)
define(
    "publish.unknown_changes",
    422,
    title=("Unknown changes", "Changements inconnus"),
    detail=(
        "The draft's diff against live has no change: {changes}.",
        "La différence entre brouillon et version en ligne n'a pas : {changes}.",
    ),
    next=("Read the diff again and pick from it.", "Relisez la différence et choisissez-y."),
)
define(
    "publish.changes_need_live",
    409,
    title=("Nothing live to build on", "Rien en ligne pour base"),
    detail=(
        "Picked changes go onto the live snapshot, and nothing is live in {environment}.",
        "Les changements choisis s'ajoutent à la version en ligne ; rien n'est en ligne dans {environment}.",
    ),
    next=("Publish the whole draft first.", "Publiez d'abord le brouillon entier."),
)
define(
    "publish.missing_dependencies",
    422,
    title=("The pick needs more", "Il manque des changements"),
    detail=(
        "What was picked refers to things that are not live; also pick: {changes}.",
        "Le choix renvoie à des éléments absents ; choisissez aussi : {changes}.",
    ),
    next=("Add these changes to the pick.", "Ajoutez ces changements au choix."),
)
define(
    "rollback.nothing_before",
    409,
    title=("Nothing to go back to", "Aucune version antérieure"),
    detail=(
        "{version} is the first version that went live in {environment}: there is none before it to go back to.",
        "{version} est la première version mise en ligne dans {environment} : aucune avant elle à laquelle revenir.",
    ),
    next=(
        "Name the version to release again, publish another one, or engage a kill switch.",
        "Nommez la version à remettre en ligne, publiez-en une autre ou actionnez un coupe-circuit.",
    ),
)
define(
    "rollback.never_live",
    409,
    title=("Never released here", "Jamais publiée ici"),
    detail=(
        "{version} was never live in {environment}; only what was live can be rolled back to.",
        "{version} n'a jamais été en ligne dans {environment} ; on ne revient qu'à ce qui l'a été.",
    ),
    next=("To release it for the first time, publish it.", "Pour la première fois, publiez-la."),
)
define(
    "rollback.already_live",
    409,
    title=("Already live", "Déjà en ligne"),
    detail=(
        "{version} is live in {environment} (release {serial}).",
        "{version} est en ligne dans {environment} (publication {serial}).",
    ),
    next=("Nothing to do.", "Rien à faire."),
)
define(
    "rollback.damaged",
    409,
    title=("The stored version is damaged", "La version stockée est altérée"),
    detail=(
        "{version} no longer has the digest it was released with.",
        "{version} n'a plus l'empreinte avec laquelle elle a été publiée.",
    ),
    next=(
        "Roll back to another version and run verify_ledger.",
        "Revenez à une autre version et lancez verify_ledger.",
    ),
)
define(
    "undo.not_newest",
    409,
    title=("Not the newest release", "Pas la publication la plus récente"),
    detail=(
        "The newest release of {environment} is {serial} ({kind}, by {who}); only that one can be undone.",
        "La dernière publication de {environment} est la {serial} ({kind}, par {who}) ; elle seule s'annule.",
    ),
    next=("Look at the ledger and decide again.", "Regardez le registre et décidez à nouveau."),
)
define(
    "undo.nothing_before",
    409,
    title=("Nothing before it", "Rien avant elle"),
    detail=(
        "No version was live in {environment} before release {serial}; without it clients would get nothing.",
        "Aucune version n'était en ligne dans {environment} avant la publication {serial} ; sans elle les clients "
        "n'auraient rien.",
    ),
    next=("Publish something else instead.", "Publiez plutôt autre chose."),
)
define(
    "kill.unknown_flag",
    404,
    title=("No such flag is live", "Aucun drapeau de ce nom en ligne"),
    detail=(
        "The live config of {environment} has no flag “{flag}”{near}.",
        "La config en ligne dans {environment} n'a pas de drapeau « {flag} »{near}.",
    ),
    next=(
        "Look for the key among the featureFlags of /api/config/published.",
        "Cherchez la clé parmi les featureFlags de /api/config/published.",
    ),
)
define(
    "kill.moved",
    409,
    title=("It was killed and lifted meanwhile", "Coupé puis rétabli entre-temps"),
    detail=(
        "“{flag}” was forced off in {environment} after release {serial}, which you looked at, and then lifted again.",
        "« {flag} » a été coupé dans {environment} après la publication {serial} que vous avez vue, puis rétabli.",
    ),
    next=(
        "Find out why in the ledger; if it must go off again, say so once more.",
        "Cherchez pourquoi dans le registre ; s'il faut le recouper, redites-le.",
    ),
)
define(
    "lift.not_engaged",
    404,
    title=("No such kill switch", "Coupe-circuit inconnu"),
    detail=(
        "No kill switch for “{flag}” is engaged in {environment}, and no live flag has that key{near}.",
        "Aucun coupe-circuit n'est actionné pour « {flag} » dans {environment}, et nul drapeau n'a cette clé{near}.",
    ),
    next=("The newest release lists those that are engaged.", "La dernière publication énumère ceux qui le sont."),
)
define(
    "lift.moved",
    409,
    title=("It was lifted and killed meanwhile", "Rétabli puis coupé entre-temps"),
    detail=(
        "“{flag}” was lifted in {environment} after release {serial}, which you looked at, and then forced off again.",
        "« {flag} » a été rétabli dans {environment} après la publication {serial} que vous avez vue, puis recoupé.",
    ),
    next=(
        "Find out why in the ledger before you lift it once more.",
        "Cherchez pourquoi dans le registre avant de le rétablir à nouveau.",
    ),
)
define(
    "policy.invalid",
    422,
    title=("The version policy has problems", "La politique de version a des problèmes"),
    detail=(
        "{count} problem(s) in the policy; nothing was changed.",
        "{count} problème(s) dans la politique ; rien n'a changé.",
    ),
    next=("See the problems; each names its place.", "Voyez les problèmes ; chacun indique sa place."),
)
define(
    "policy.none_yet",
    412,
    title=("There is no policy yet", "Il n'y a pas encore de politique"),
    detail=(
        "Nothing was released here yet; the policy that was read is another one.",
        "Rien n'a encore été publié ici ; la politique qui a été lue en est une autre.",
    ),
    next=("Read the policy again.", "Relisez la politique."),
)
define(
    "publish.nothing_yet",
    409,
    title=("Nothing was released here", "Rien n'a été publié ici"),
    detail=(
        "You read release {expected}, and the ledger of {environment} is empty. Nothing was changed.",
        "Vous avez lu la publication {expected}, et le registre de {environment} est vide. Rien n'a changé.",
    ),
    next=("Look at what is live now and decide again.", "Regardez ce qui est en ligne et décidez à nouveau."),
)
define(
    "policy.unsatisfiable",
    422,
    title=("Nobody could satisfy it", "Personne ne pourrait y satisfaire"),
    detail=(
        "Nobody can install {minimum}: the newest is {latest}.",
        "Personne ne peut installer {minimum} : la plus récente est {latest}.",
    ),
    next=("Raise latest first, or lower the minimum.", "Relevez d'abord latest ou abaissez le minimum."),
)
define(
    "policy.stale",
    412,
    title=("The policy has moved on", "La politique a changé"),
    detail=(
        "{who} changed it at {at} (release {serial}), after you read it.",
        "{who} l'a changée le {at} (publication {serial}), après votre lecture.",
    ),
    next=("Read the policy again.", "Relisez la politique."),
)
define(
    "policy.precondition_required",
    428,
    title=("Say which policy you read", "Dites quelle politique vous avez lue"),
    detail=(
        "Changing the policy needs If-Match with the ETag that was read.",
        "Changer la politique exige If-Match avec l'ETag lu.",
    ),
    next=("GET /api/policy, then send its ETag in If-Match.", "GET /api/policy, puis renvoyez son ETag dans If-Match."),
)
define(
    "policy.unchanged",
    409,
    title=("Nothing changes", "Rien ne change"),
    detail=("{environment} has this very policy already.", "{environment} a déjà exactement cette politique."),
    next=("Nothing to do.", "Rien à faire."),
)
define(
    "token.unknown",
    404,
    title=("No such token", "Jeton inconnu"),
    detail=("There is no active token “{name}”.", "Il n'y a pas de jeton actif « {name} »."),
    next=("Check the name.", "Vérifiez le nom."),
)
define(
    "person.unknown",
    404,
    title=("No such account", "Compte inconnu"),
    detail=("There is no account “{name}”.", "Il n'y a pas de compte « {name} »."),
    next=("Check the user name.", "Vérifiez le nom d'utilisateur."),
)
define(
    "token.lifetime",
    422,
    title=("Not a usable lifetime", "Durée inutilisable"),
    detail=("A lifetime is between 1 and {cap} {unit}.", "Une durée est comprise entre 1 et {cap} {unit}."),
    next=("Choose a shorter one.", "Choisissez-en une plus courte."),
)
define(
    "client_key.unknown",
    401,
    title=("Unknown client key", "Clé client inconnue"),
    detail=("The client key is not known or was revoked.", "La clé client est inconnue ou révoquée."),
    next=(
        "Leave it out for the default environment, or ask for a new key.",
        "Omettez-la pour l'environnement par défaut ou demandez une clé.",
    ),
)
define(
    "preview_link.unknown",
    404,
    title=("No such link", "Lien inconnu"),
    detail=("This preview link does not exist.", "Ce lien d'aperçu n'existe pas."),
    next=("Ask for a new link.", "Demandez un nouveau lien."),
)
define(
    "preview_link.dead",
    410,
    title=("The link is over", "Le lien n'est plus valable"),
    detail=("{why}", "{why}"),
    next=("Ask for a new link.", "Demandez un nouveau lien."),
)
define(
    "gate.update_required",
    426,
    title=("Update required", "Mise à jour requise"),
    detail=(
        "Version {version} is below the minimum {minimum}.",
        "La version {version} est inférieure au minimum {minimum}.",
    ),
    next=("Install {latest}.", "Installez {latest}."),
)
define(
    "gate.maintenance",
    503,
    title=("Maintenance", "Maintenance"),
    detail=("The service is under maintenance.", "Le service est en maintenance."),
    next=("Try again later; Retry-After says when.", "Réessayez plus tard ; Retry-After dit quand."),
)
define(
    "gate.malformed_version",
    400,
    title=("Malformed client version", "Version client malformée"),
    detail=("X-Client-Version is not a version such as 1.4.2.", "X-Client-Version n'est pas une version comme 1.4.2."),
    next=("Send a SemVer 2.0.0 version.", "Envoyez une version SemVer 2.0.0."),
)
define(
    "preview_link.lifetime",
    422,
    title=("Not a usable lifetime", "Durée inutilisable"),
    detail=("A preview link lives from one minute to {cap} days.", "Un lien d'aperçu vit d'une minute à {cap} jours."),
    next=("Choose a shorter ttl.", "Choisissez un ttl plus court."),
)
define(
    "role.unknown",
    422,
    title=("No such role", "Rôle inconnu"),
    detail=("“{role}” is no role; there are {roles}.", "« {role} » n'est pas un rôle ; il y a {roles}."),
    next=("Choose one of them.", "Choisissez l'un d'eux."),
)
define(
    "command.unusable",
    422,
    title=("This cannot be done so", "Impossible ainsi"),
    detail=("{why}", "{why}"),
    next=(
        "Put right what is named and try again; --help lists the options.",
        "Corrigez ce qui est nommé, puis réessayez ; --help liste les options.",
    ),
)
define(
    "import.refused",
    422,
    title=("The files were not imported", "Les fichiers n'ont pas été importés"),
    detail=(
        "{count} problem(s) in the files; the draft stays as it is.",
        "{count} problème(s) dans les fichiers ; le brouillon reste tel quel.",
    ),
    next=(
        "Repair each problem in its file, then import again.",
        "Corrigez chaque problème dans son fichier, puis importez à nouveau.",
    ),
)
define(
    "db.unmigrated",
    503,
    title=("The database is not ready", "La base de données n'est pas prête"),
    detail=(
        "Its tables are missing, or older than this program.",
        "Ses tables manquent, ou sont plus anciennes que ce programme.",
    ),
    next=(
        "Start the server once, or run manage.py migrate.",
        "Démarrez le serveur une fois, ou lancez manage.py migrate.",
    ),
)
define(
    "db.missing",
    503,
    title=("There is no database here", "Il n'y a pas de base de données ici"),
    detail=("{file} does not exist, and nothing was made.", "{file} n'existe pas, et rien n'a été créé."),
    next=(
        "A server that keeps its data elsewhere was told so by ICONTROL_DATA or DATABASE_URL: set the same here "
        "(ICONTROL_DATA=/its/directory manage.py …). If there is none yet, start it once, or run manage.py migrate.",
        "Un serveur qui garde ses données ailleurs l'a appris par ICONTROL_DATA ou DATABASE_URL : donnez la même "
        "valeur ici (ICONTROL_DATA=/son/dossier manage.py …). S'il n'y en a pas encore, démarrez-le une fois, ou "
        "lancez manage.py migrate.",
    ),
)
define(
    "db.unavailable",
    503,
    title=("The database is away", "La base de données est absente"),
    detail=(
        "The database does not answer. Clients go on with what this server has read; nothing can be written.",
        "La base de données ne répond pas. Les clients gardent ce que ce serveur a lu ; rien ne peut être écrit.",
    ),
    next=(
        "Nothing was changed. Try again; /readyz says when it is back.",
        "Rien n'a changé. Réessayez ; /readyz dit quand elle revient.",
    ),
)
define(
    "release.preparing",
    503,
    title=("Not ready yet", "Pas encore prêt"),
    detail=(
        "The answer for this release is being computed, and that takes longer than a client should wait.",
        "La réponse pour cette publication est en cours de calcul, plus longtemps qu'un client ne devrait attendre.",
    ),
    next=("Go on with what you have, and ask again.", "Gardez ce que vous avez et redemandez."),
)
define(
    "db.busy",
    503,
    title=("Somebody else is writing", "Quelqu'un d'autre écrit"),
    detail=(
        "The database was busy with somebody else's work for too long.",
        "La base de données a été occupée trop longtemps par le travail de quelqu'un d'autre.",
    ),
    next=("Nothing was changed. Try again.", "Rien n'a changé. Réessayez."),
)
define(
    "db.read_only",
    503,
    title=("The database takes no writes", "La base de données est en lecture seule"),
    detail=(
        "The database can be read but not written: it is a standby, or its disk is full. Clients are served.",
        "La base de données se lit mais ne s'écrit pas : c'est une réplique, ou son disque est plein. Les clients "
        "sont servis.",
    ),
    next=(
        "Nothing was changed. Point DATABASE_URL at the primary, or make room; /readyz says when it is good.",
        "Rien n'a changé. Dirigez DATABASE_URL vers la base primaire, ou faites de la place ; /readyz dit quand "
        "c'est bon.",
    ),
)
define(
    "db.replaced",
    503,
    title=("The database file was taken away", "Le fichier de la base de données a été retiré"),
    detail=(
        "The file that this server opened was removed or replaced. Clients go on with what it has read; nothing is "
        "written, because it would be lost.",
        "Le fichier que ce serveur a ouvert a été supprimé ou remplacé. Les clients gardent ce qu'il a lu ; rien "
        "n'est écrit, car ce serait perdu.",
    ),
    next=(
        "Nothing was changed. Put the file back, or restart the server to work with the one that is there.",
        "Rien n'a changé. Remettez le fichier, ou redémarrez le serveur pour travailler avec celui qui s'y trouve.",
    ),
)
define(
    "db.damaged",
    503,
    title=("The database is damaged or being restored", "La base de données est endommagée ou en restauration"),
    detail=(
        "A table is missing or damaged. Clients go on with what this server has read; nothing can be written.",
        "Une table manque ou est endommagée. Les clients gardent ce que ce serveur a lu ; rien ne peut être écrit.",
    ),
    next=(
        "Nothing was changed. Wait for the restore, or restore a backup; /readyz says when it is good.",
        "Rien n'a changé. Attendez la fin de la restauration, ou restaurez une sauvegarde ; /readyz dit quand "
        "c'est bon.",
    ),
)
define(
    "password.temporary",
    403,
    title=("Choose your own password first", "Choisissez d'abord votre propre mot de passe"),
    detail=(
        "Your password was given to you, so somebody else may know it. Until you change it, it opens nothing else.",
        "Ce mot de passe vous a été attribué : quelqu'un d'autre le connaît peut-être. Tant que vous ne l'avez pas "
        "changé, il n'ouvre rien d'autre.",
    ),
    next=("Change it at /admin/password_change/.", "Changez-le sur /admin/password_change/."),
)
