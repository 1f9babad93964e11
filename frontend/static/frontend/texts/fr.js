export default {
 "Add a language…": "Ajouter une langue…",
 "Add one, then Enter": "Un identifiant, puis Entrée",
 "Add to {field}": "Ajouter à {field}",
 "Add…": "Ajouter…",
 "All are in the list": "Tous sont dans la liste",
 "App": "Application",
 "CSV or text file": "Fichier CSV ou texte",
 "Cancel": "Annuler",
 "Cleaned:": "Nettoyé :",
 "Close": "Fermer",
 "Contrast on {other}: {words}": "Contraste sur {other} : {words}",
 "Find in {count} entry": [
  "Chercher dans {count} entrée",
  "Chercher dans {count} entrées"
 ],
 "Find in {field}": "Chercher dans {field}",
 "Live: {value}": "En ligne : {value}",
 "Menu": "Menu",
 "Not a number now: {value}": "Pour l’instant, ce n’est pas un nombre : {value}",
 "Nothing had to be cleaned.": "Il n’y avait rien à nettoyer.",
 "Nothing to take": "Rien à reprendre",
 "One entry per line, or separated by commas, semicolons or tabs": "Une entrée par ligne, ou séparées par des virgules, des points-virgules ou des tabulations",
 "One text for all": "Un seul texte pour toutes",
 "One text per language": "Un texte par langue",
 "Open {id}": "Ouvrir {id}",
 "Pages of the app": "Pages de l’application",
 "Paid": "Payée",
 "Paste or upload": "Coller ou importer",
 "Paste or upload: {field}": "Coller ou importer : {field}",
 "Remove {id}": "Retirer {id}",
 "Replace the {count} entry there is": [
  "Remplacer la seule entrée présente",
  "Remplacer les {count} entrées présentes"
 ],
 "Restore": "Rétablir",
 "Restore {field}: {value}": "Rétablir {field} : {value}",
 "Shipped": "Expédiée",
 "Table {id}": "Table {id}",
 "Tabs of {page}": "Onglets de {page}",
 "Take {count} entry": [
  "Reprendre {count} entrée",
  "Reprendre {count} entrées"
 ],
 "The app draws this page itself: the config has no table for it.": "L’application dessine elle-même cette page : la configuration n’a pas de table pour elle.",
 "The app opens its own window here; the values are examples.": "L’application ouvre ici sa propre fenêtre ; les valeurs sont des exemples.",
 "The app’s module {name} draws this page.": "Le module {name} de l’application dessine cette page.",
 "The draft keeps the value from before.": "Le brouillon garde la valeur précédente.",
 "There is no page that this role and this tenant may open.": "Aucune page n’est ouverte à ce rôle et à ce locataire.",
 "This is not JSON: it ends too early.": "Ce n’est pas du JSON : le texte s’arrête trop tôt.",
 "This is not JSON: look at line {line}, column {column}.": "Ce n’est pas du JSON : voyez la ligne {line}, colonne {column}.",
 "This table has no visible column.": "Cette table n’a aucune colonne visible.",
 "To prepare": "À préparer",
 "Window": "Fenêtre",
 "and {count} more": [
  "et {count} autre",
  "et {count} autres"
 ],
 "choose…": "choisir…",
 "does not exist": "n’existe pas",
 "empty": "vide",
 "empty list": "liste vide",
 "has problems": "a des problèmes",
 "not set": "non défini",
 "off": "non",
 "on": "oui",
 "{count} Windows line end": [
  "{count} fin de ligne Windows",
  "{count} fins de ligne Windows"
 ],
 "{count} duplicate": [
  "{count} doublon",
  "{count} doublons"
 ],
 "{count} entry": [
  "{count} entrée",
  "{count} entrées"
 ],
 "{count} entry added": [
  "{count} entrée ajoutée",
  "{count} entrées ajoutées"
 ],
 "{count} entry cannot be used and is left out": [
  "{count} entrée est inutilisable et laissée de côté",
  "{count} entrées sont inutilisables et laissées de côté"
 ],
 "{count} entry had blanks around it": [
  "{count} entrée était entourée d’espaces",
  "{count} entrées étaient entourées d’espaces"
 ],
 "{count} entry had characters that nobody sees": [
  "{count} entrée contenait des caractères invisibles",
  "{count} entrées contenaient des caractères invisibles"
 ],
 "{count} entry was not in Unicode’s form NFC": [
  "{count} entrée n’était pas sous la forme Unicode NFC",
  "{count} entrées n’étaient pas sous la forme Unicode NFC"
 ],
 "{count} is in the list already": [
  "{count} est déjà dans la liste",
  "{count} sont déjà dans la liste"
 ],
 "{count} more problem": [
  "{count} autre problème",
  "{count} autres problèmes"
 ],
 "{field} of {item}": "{field} de {item}",
 "{field}: add a language": "{field} : ajouter une langue",
 "{field}: one text per language": "{field} : un texte par langue",
 "{field}: pick a colour": "{field} : choisir une couleur",
 "{file} was downloaded.": "{file} a été téléchargé.",
 "{id} (does not exist)": "{id} (n’existe pas)",
 "{id} added": "{id} ajouté",
 "{id} removed": "{id} retiré",
 "{ratio}:1, enough for all text (AAA)": "{ratio}:1, assez pour tout texte (AAA)",
 "{ratio}:1, enough for large text and icons only": "{ratio}:1, assez seulement pour les grands textes et les icônes",
 "{ratio}:1, enough for text (AA)": "{ratio}:1, assez pour du texte (AA)",
 "{ratio}:1, too little to be read": "{ratio}:1, trop peu pour être lu",
 "“{label}” does nothing: its type is {type}.": "« {label} » ne fait rien : son type est {type}.",
 "“{text}”": "« {text} »"
};
