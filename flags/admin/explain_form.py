"""The question why: the usual attributes by field, any others as JSON."""

from __future__ import annotations

from typing import Any

from django import forms

from configs import states
from configs.canonical import NotStrictJSON, parse_strict
from icontrol.words import said, words
from releases.lookup import LIVE

ATTRIBUTES = ("tenant", "role", "plan", "clientVersion")


def _attribute(en: str, fr: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(required=False, max_length=200, label=words(en, fr), widget=widget)


class ExplainForm(forms.Form):
    """``cleaned_data["attributes"]`` is the context. ``edits``: the person may ask the draft and the preview too."""

    tenant = _attribute("Tenant", "Locataire (tenant)")
    role = _attribute("Role", "Rôle")
    plan = _attribute("Plan", "Offre (plan)")
    clientVersion = _attribute("Client version", "Version du client")
    more = forms.CharField(
        required=False,
        max_length=20_000,
        label=words("Other attributes, a JSON object", "Autres attributs, un objet JSON"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
    )
    channel = forms.ChoiceField(label=words("Ask", "Interroger"))

    def __init__(self, *args: Any, edits: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(LIVE, words("what is live", "la version en ligne"))]
        if edits:
            choices += [(states.DRAFT, words("the draft", "le brouillon"))]
            choices += [(states.PREVIEW, words("the preview", "l'aperçu"))]
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = choices

    def clean_more(self) -> dict[str, Any]:
        text = self.cleaned_data["more"].strip()
        if not text:
            return {}
        try:
            value = parse_strict(text, doubles=True)
        except NotStrictJSON as error:
            raise forms.ValidationError([str(said(problem.message)) for problem in error.problems]) from None
        if not isinstance(value, dict):
            raise forms.ValidationError(words("A JSON object is needed.", "Il faut un objet JSON."))
        return value

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        named = {name: typed[name] for name in ATTRIBUTES if typed.get(name)}
        return {**typed, "attributes": {**typed.get("more", {}), **named}}
