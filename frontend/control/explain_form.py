"""The form that asks why: a field for each attribute that the flag uses, and any others as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.forms import BoundField

from configs import states
from configs.snapshot.canonical import NotStrictJSON, parse_strict
from icontrol.kernel.localized import localized, text_lazy
from releases.lookup import LIVE

#: Attributes with a defined meaning, except ``environment``, which the server sets.
WELL_KNOWN = {
    "tenant": text_lazy("Tenant"),
    "role": text_lazy("Role"),
    "plan": text_lazy("Plan"),
    "platform": text_lazy("Platform"),
    "clientVersion": text_lazy("Client version (clientVersion)"),
    "locale": text_lazy("Language (locale)"),
}
#: Attributes of a flag that get a field; a flag may use hundreds, and the rest can be given as JSON.
MOST_ASKED = 12


class ExplainForm(forms.Form):
    """``cleaned_data["attributes"]`` is the context. ``asked``: attributes that the flag uses; ``edits``: the person
    may also choose the draft and the preview.
    """

    more = forms.CharField(
        required=False,
        max_length=20_000,
        label=text_lazy("Any others, a JSON object"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
    )
    channel = forms.ChoiceField(label=text_lazy("Ask"))

    def __init__(self, *args: Any, asked: Sequence[str], edits: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = list(dict.fromkeys([*asked[:MOST_ASKED], *WELL_KNOWN]))
        self.asked_count = min(len(asked), MOST_ASKED)
        for name in self.named:
            self.fields[_field(name)] = _attribute(name)
        choices = [(LIVE, text_lazy("what is live"))]
        if edits:
            choices += [(states.DRAFT, text_lazy("the draft"))]
            choices += [(states.PREVIEW, text_lazy("the preview"))]
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = choices

    @property
    def asked(self) -> list[BoundField]:
        """Fields of the attributes that the flag uses."""
        return [self[_field(name)] for name in self.named[: self.asked_count]]

    @property
    def others(self) -> list[BoundField]:
        """Fields of the other known attributes, and the JSON field."""
        return [*(self[_field(name)] for name in self.named[self.asked_count :]), self["more"]]

    @property
    def uses_others(self) -> bool:
        """Whether these fields hold input or errors, or are the only ones."""
        return not self.asked_count or any(field.value() or field.errors for field in self.others)

    def clean_more(self) -> dict[str, Any]:
        text = self.cleaned_data["more"].strip()
        if not text:
            return {}
        try:
            value = parse_strict(text, doubles=True)
        except NotStrictJSON as error:
            raise forms.ValidationError([str(localized(problem.message)) for problem in error.problems]) from None
        if not isinstance(value, dict):
            raise forms.ValidationError(text_lazy("A JSON object is required."))
        return value

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        named = {name: typed[_field(name)] for name in self.named if typed.get(_field(name))}
        return {**typed, "attributes": {**typed.get("more", {}), **named}}


def _field(name: str) -> str:
    """The field's name, not the attribute's: that may equal another field's name or be no valid HTML id."""
    return f"attribute-{quote(name, safe='')}"


def _attribute(name: str) -> forms.CharField:
    """A text field: conditions treat the number 42 and the text ``42`` alike."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(required=False, max_length=1_000, label=WELL_KNOWN.get(name, name), widget=widget)
