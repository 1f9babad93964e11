"""Converts the version policies of an environment to a form, one set of fields per platform, and back to JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from icontrol.kernel.localized import localized, localized_lazy, text_lazy
from icontrol.kernel.problems import Problem
from releases.gate.decision import DEFAULT, Policy
from releases.gate.policy_fields import MAX_PLATFORMS, MAX_SECONDS, PLATFORM, POLICY_FIELDS, Field, of_kind

#: Languages with a message field; others get one if the policy already has them.
LANGUAGES = ("en", "fr")
#: Fields of a policy that are texts by language.
MESSAGES = of_kind("text")


#: Labels of checkboxes and lists that differ from the field's name.
LABELS = {
    "maintenance": text_lazy("Maintenance: every client is asked to wait (503)"),
    "capabilities": text_lazy("Capabilities, one per line"),
}


def _label(key: str, *, language: str = "") -> Any:
    """``language``: for a text with one field per language."""
    of = f" ({language})" if language else ""
    name = POLICY_FIELDS[key].name
    return LABELS.get(key) or localized_lazy(
        {"en": f"{name['en'].capitalize()}{of}", "fr": f"{name['fr'].capitalize()}{of}"}
    )


def _text(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attributes})


def _form_field(key: str, field: Field) -> forms.Field:
    label = _label(key)
    match field.kind:
        case "choice":
            choices = [(value, localized_lazy(name)) for value, name in field.choices.items()]
            return forms.ChoiceField(choices=choices, label=label)
        case "switch":
            return forms.BooleanField(required=False, label=label)
        case "seconds":
            return forms.IntegerField(min_value=1, max_value=MAX_SECONDS, label=label)
        case "names":
            return forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), label=label)
        case "address":
            return forms.CharField(required=False, widget=_text(inputmode="url"), label=label)
    return forms.CharField(required=False, strip=True, widget=_text(size=16), label=label)


class PlatformForm(forms.Form):
    """One platform's policy. Field names are the JSON keys, so a problem's pointer leads to its field."""

    def __init__(self, platform: str, policy: Mapping[str, Any], data: QueryDict | None, *, prefix: str) -> None:
        """``policy``: the stored one (complete); ``data``: the input."""
        self.platform, self.policy = platform, {**Policy().as_json(), **policy}
        initial = {**self.policy, "capabilities": "\n".join(self.policy["capabilities"])}
        super().__init__(data, prefix=prefix, initial=initial)
        self.fields |= {key: _form_field(key, field) for key, field in POLICY_FIELDS.items() if key not in MESSAGES}
        for message in MESSAGES:
            texts = self._texts(message)
            for language in dict.fromkeys([*LANGUAGES, *texts]):
                self.fields[f"{message}_{language}"] = forms.CharField(
                    required=False,
                    strip=False,
                    initial=texts.get(language),
                    widget=forms.Textarea(attrs={"rows": 2}),
                    label=_label(message, language=language),
                )

    def _texts(self, message: str) -> dict[str, str]:
        stored = self.policy[message]
        return {"en": stored} if isinstance(stored, str) else dict(stored)

    @property
    def is_removable(self) -> bool:
        return self.platform != DEFAULT

    @property
    def is_removed(self) -> bool:
        return self.is_removable and f"{self.prefix}-remove" in self.data

    def _of(self, *keys: str) -> list[Any]:
        """The fields of these keys, texts in all their languages."""
        return [self[name] for key in keys for name in self.fields if name.partition("_")[0] == key]

    @property
    def versions(self) -> list[Any]:
        return self._of("latest", "minSupported", "enforcement", "url")

    @property
    def block_messages(self) -> list[Any]:
        return self._of("message")

    @property
    def maintenance_fields(self) -> list[Any]:
        return self._of("retryAfter", "maintenanceMessage")

    @property
    def others(self) -> list[Any]:
        return self._of("pollAfter", "scheme", "capabilities")

    @property
    def maintenance_open(self) -> bool:
        return bool(self.errors or self["maintenance"].value())

    def as_json(self) -> dict[str, Any]:
        """The entered policy; the form must be valid."""
        typed = self.cleaned_data
        lines = (line.strip() for line in typed["capabilities"].splitlines())
        return {
            **{key: typed[key] for key in POLICY_FIELDS if key in typed},
            "capabilities": [line for line in lines if line],
            **{message: self._typed(message) for message in MESSAGES},
        }

    def _typed(self, message: str) -> str | dict[str, str]:
        """A text for all languages stays a string until a second language is entered."""
        languages = dict.fromkeys([*LANGUAGES, *self._texts(message)])
        texts = {name: self.cleaned_data[f"{message}_{name}"].replace("\r\n", "\n") for name in languages}
        texts = {name: text for name, text in texts.items() if text}
        is_plain = isinstance(self.policy[message], str) and not texts.keys() - {"en"}
        return texts.get("en", "") if is_plain else texts

    def place(self, path: Sequence[str], problem: Problem) -> bool:
        """Show a problem beside its field; False if there is no such field."""
        name = path[0] if path else ""
        if name in MESSAGES:
            name = f"{name}_{path[1] if len(path) > 1 else LANGUAGES[0]}"
        if name not in self.fields:
            return False
        self.add_error(name, localized(problem.message))
        return True


def steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


class PolicyForms:
    """The forms of all platforms, from stored policies or from input."""

    def __init__(self, policies: Mapping[str, Any], data: QueryDict | None) -> None:
        self.new_platform = (data.get("new_platform", "") if data else "").strip().lower()
        names = data.getlist("platform")[: MAX_PLATFORMS + 1] if data else list(policies)
        names = list(dict.fromkeys(sorted(names, key=lambda name: name != DEFAULT)))
        like = policies.get(DEFAULT, Policy().as_json())
        self.forms = [PlatformForm(name, policies.get(name, like), data, prefix=_prefix(name)) for name in names]
        self.problem: Any = None
        if self.new_platform:
            self._add(like)

    def _add(self, like: Mapping[str, Any]) -> None:
        if not PLATFORM.fullmatch(self.new_platform):
            self.problem = text_lazy("1 to 32 of a–z, 0–9, “.”, “_” and “-”, beginning with a letter or a digit.")
        elif any(form.platform == self.new_platform for form in self.forms):
            self.problem = text_lazy("This platform already has a policy.")
        else:
            self.forms.append(PlatformForm(self.new_platform, like, None, prefix=_prefix(self.new_platform)))

    @property
    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self.forms if not form.is_removed])

    def as_json(self) -> dict[str, Any]:
        return {form.platform: form.as_json() for form in self.forms if not form.is_removed}

    def place(self, problems: Sequence[Problem]) -> list[Problem]:
        """Show problems beside their fields; returns those without a field."""
        by_name = {form.platform: form for form in self.forms}
        left = []
        for problem in problems:
            path = steps(problem.pointer)
            form = by_name.get(path[0]) if path else None
            if form is None or not form.place(path[1:], problem):
                left.append(problem)
        return left


def _prefix(platform: str) -> str:
    """A safe prefix of field names: a forged form may contain any platform name."""
    return "p-" + "".join(
        letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}_" for letter in platform
    )
