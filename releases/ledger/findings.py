"""What a verification of the ledger can find: each kind with its severity, its sentence, and what to do.

``docs/reference/verification.md`` is made of this catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from icontrol.kernel.texts import Text, both

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``place`` is ``application/environment`` and perhaps a serial; an ``error`` means that trust is lost."""

    severity: Severity
    code: str
    place: str
    message: Text


@dataclass(frozen=True, slots=True)
class Kind:
    """``message`` has fields for values, ``next`` has none."""

    code: str
    severity: Severity
    message: Text
    next: Text


FINDINGS: dict[str, Kind] = {}
FLAGS_DIFFER = "flag_life.differs"


def find(code: str, place: str, **values: Any) -> Finding:
    kind = FINDINGS[code]
    return Finding(kind.severity, code, place, both(kind.message["en"], kind.message["fr"], **values))


def _define(code: str, severity: Severity, message: Text, next_step: Text) -> None:
    FINDINGS[code] = Kind(code, severity, message, next_step)


_EDITED = both(
    "Somebody wrote into the database past the program. Find out who can; keep a copy of the database as it is, "
    "compare it with a backup, and restore the backup if clients got something wrong.",
    "Quelqu'un a écrit dans la base sans passer par le programme. Cherchez qui le peut ; gardez une copie de la base "
    "en l'état, comparez-la à une sauvegarde, et restaurez celle-ci si des clients ont reçu autre chose que prévu.",
)
_CUT = both(
    "After a restore from an older backup this is true: those releases are lost, publish again what clients should "
    "have, then run `verify_ledger --renew-checkpoints`. Without a restore somebody removed releases: restore a "
    "backup.",
    "Après la restauration d'une sauvegarde plus ancienne, c'est vrai : ces publications sont perdues ; publiez de "
    "nouveau ce que les clients doivent avoir, puis lancez `verify_ledger --renew-checkpoints`. Sans restauration, "
    "quelqu'un a supprimé des publications : restaurez une sauvegarde.",
)
_CLOCK = both(
    "Nothing was changed. Put the clock of the server right (NTP).",
    "Rien n'a été modifié. Remettez l'horloge du serveur à l'heure (NTP).",
)
_ROW = both(
    "Somebody wrote into the database past the program. Look at the history of the row (`/admin/`, *History*), set "
    "what it should be by a command or in the admin, and find out who can write there.",
    "Quelqu'un a écrit dans la base sans passer par le programme. Regardez l'historique de la ligne (`/admin/`, "
    "*Historique*), rétablissez la valeur par une commande ou dans l'administration, et cherchez qui peut y écrire.",
)

_define("ledger.gap", "error", both("Release {n} is missing.", "La publication {n} manque."), _EDITED)
_define(
    "ledger.chain",
    "error",
    both("It does not follow the release before it.", "Elle ne suit pas la publication précédente."),
    _EDITED,
)
_define(
    "ledger.edited",
    "error",
    both("Its facts do not have its hash.", "Ses faits n'ont pas son empreinte."),
    _EDITED,
)
_define(
    "ledger.time",
    "error",
    both("It is older than its predecessor.", "Elle précède son aînée."),
    _EDITED,
)
_define(
    "ledger.clock",
    "warning",
    both(
        "The clock of the server that appended the release before it was ahead, or its own behind: by {time}.",
        "L'horloge du serveur qui a ajouté la publication précédente avançait, ou la sienne retardait : de {time}.",
    ),
    _CLOCK,
)
_define(
    "ledger.future",
    "warning",
    both(
        "Its time lies in the future: the clock of the server that appended it was wrong.",
        "Sa date est à venir : l'horloge du serveur qui l'a ajoutée était fausse.",
    ),
    _CLOCK,
)
_define("version.missing", "error", both("Its config version is gone.", "Sa version de config manque."), _EDITED)
_define(
    "version.edited",
    "error",
    both("The content of {v} was edited.", "Le contenu de {v} a été modifié."),
    both(
        "A rollback to this version is refused. Restore a backup, or publish another version.",
        "Un retour à cette version est refusé. Restaurez une sauvegarde, ou publiez une autre version.",
    ),
)
_define(
    FLAGS_DIFFER,
    "warning",
    both(
        "What is kept about {n} flag key(s) is not what the ledger says: {keys}.",
        "Ce qui est gardé sur {n} clé(s) de drapeau n'est pas ce que dit le registre : {keys}.",
    ),
    both(
        "Run `verify_ledger --rebuild-flags`.",
        "Lancez `verify_ledger --rebuild-flags`.",
    ),
)
_define(
    "row.edited",
    "error",
    both(
        "{fields} of {row} is not what the history says: changed past the program.",
        "{fields} de {row} n'est pas ce que dit l'historique : modifié sans passer par le programme.",
    ),
    _ROW,
)
_define(
    "row.unknown",
    "error",
    both(
        "The history does not know {row}: added past the program.",
        "L'historique ne connaît pas {row} : ajouté sans passer par le programme.",
    ),
    _ROW,
)
_define(
    "row.gone",
    "error",
    both(
        "The history knows {row}, the database does not: removed past the program.",
        "L'historique connaît {row}, la base non : supprimé sans passer par le programme.",
    ),
    both(
        "The program never removes such rows. Restore a backup, or make what clients need anew.",
        "Le programme ne supprime jamais de telles lignes. Restaurez une sauvegarde, ou recréez ce qu'il faut aux "
        "clients.",
    ),
)
_define(
    "checkpoint.missing",
    "error",
    both(
        "There are {n} release(s), and {path} is not there.",
        "Il y a {n} publication(s), et {path} n'existe pas.",
    ),
    both(
        "Right where the server's file is on another machine, or was never kept: then `--no-checkpoints`. Else look "
        "for it (`ICONTROL_CHECKPOINTS`), compare a copy kept elsewhere (`--against`), and let `verify_ledger "
        "--renew-checkpoints` or the next start write it anew.",
        "Normal si le fichier du serveur est sur une autre machine, ou n'a jamais été gardé : alors "
        "`--no-checkpoints`. Sinon cherchez-le (`ICONTROL_CHECKPOINTS`), comparez une copie gardée ailleurs "
        "(`--against`), et laissez `verify_ledger --renew-checkpoints` ou le prochain démarrage le réécrire.",
    ),
)
_define(
    "checkpoint.unreadable",
    "error",
    both("{path} cannot be read ({why}).", "{path} est illisible ({why})."),
    both(
        "Let the server's account read it: nothing is compared until then, and new lines may be lost.",
        "Donnez le droit de lecture au compte du serveur : d'ici là rien n'est comparé, et de nouvelles lignes peuvent "
        "se perdre.",
    ),
)
_define(
    "checkpoint.anew",
    "warning",
    both(
        "The lines up to {n} were written later, from the database: the file had none of this environment.",
        "Les lignes jusqu'à {n} ont été écrites plus tard, depuis la base : le fichier n'en avait aucune de cet "
        "environnement.",
    ),
    both(
        "Right on a machine that is new. Else somebody removed the file, and releases may have been cut or changed "
        "before: compare a copy kept elsewhere (`--against`). Then acknowledge it: `verify_ledger "
        "--renew-checkpoints`.",
        "Normal sur une machine nouvelle. Sinon quelqu'un a retiré le fichier, et des publications ont pu être coupées "
        "ou modifiées avant : comparez une copie gardée ailleurs (`--against`). Puis prenez-en acte : "
        "`verify_ledger --renew-checkpoints`.",
    ),
)
_define(
    "checkpoint.gap",
    "error",
    both(
        "{n} release(s) have no checkpoint line (from {a}).",
        "{n} publication(s) sans ligne de contrôle (dès la {a}).",
    ),
    both(
        "The newest ones: the log (`icontrol.checkpoints`) says why they were not written; the next start, release "
        "or turn of housekeeping adds them. In the middle: somebody removed lines. Compare copies kept elsewhere "
        "(`--against`), then `verify_ledger --renew-checkpoints`.",
        "Les plus récentes : le journal (`icontrol.checkpoints`) dit pourquoi elles ne sont pas écrites ; le "
        "prochain démarrage, la prochaine publication ou le prochain passage du ménage les ajoute. Au milieu : "
        "quelqu'un a retiré des lignes. Comparez des copies gardées ailleurs (`--against`), puis `verify_ledger "
        "--renew-checkpoints`.",
    ),
)
_define(
    "checkpoint.behind",
    "warning",
    both(
        "This copy ends before the newest {n} release(s).",
        "Cette copie s'arrête avant les {n} publication(s) les plus récentes.",
    ),
    both(
        "A copy is as old as it is. Copy the server's file again.",
        "Une copie a l'âge qu'elle a. Copiez de nouveau le fichier du serveur.",
    ),
)
_define(
    "checkpoint.torn",
    "warning",
    both("Not a checkpoint line.", "Ce n'est pas une ligne de contrôle."),
    both(
        "The process was killed while it wrote, or the disk was full. The line was written again after it.",
        "Le processus a été tué pendant l'écriture, ou le disque était plein. La ligne a été réécrite ensuite.",
    ),
)
_define(
    "checkpoint.unknown",
    "error",
    both(
        "The checkpoint knows this environment, the database does not.",
        "Le point de contrôle connaît cet environnement, la base non.",
    ),
    both(
        "The file belongs to another database, a backup is older than the environment, or somebody removed it. If "
        "the database is the right one: `verify_ledger --renew-checkpoints`.",
        "Le fichier appartient à une autre base, une sauvegarde est plus ancienne que l'environnement, ou quelqu'un "
        "l'a supprimé. Si la base est la bonne : `verify_ledger --renew-checkpoints`.",
    ),
)
_define(
    "checkpoint.beyond",
    "error",
    both(
        "The checkpoint knows this release, the database does not: its tail was cut.",
        "Le point de contrôle connaît cette publication, la base non : sa fin a été coupée.",
    ),
    _CUT,
)
_define(
    "checkpoint.contradiction",
    "error",
    both("The checkpoint has another hash.", "Le point de contrôle a une autre empreinte."),
    both(
        "The release, or the line, is not the one that was written. " + _CUT["en"],
        "La publication, ou la ligne, n'est pas celle qui fut écrite. " + _CUT["fr"],
    ),
)
