"""Sentences as pages show them."""

from __future__ import annotations

from django.utils.translation import override

from icontrol.kernel.localized import localized, localized_lazy
from icontrol.kernel.texts import Text
from releases.templatetags.house import say

NBSP = "\N{NO-BREAK SPACE}"
WHO: Text = {"en": "Who: “Ada”?", "fr": "Qui : « Ada » ?"}
QUI = f"Qui{NBSP}: «{NBSP}Ada{NBSP}»{NBSP}?"


def test_french_breaks_no_line_at_its_signs() -> None:
    with override("fr"):
        assert localized(WHO) == str(localized_lazy(WHO)) == QUI
        assert say("Yes: {it}", it=WHO) == f"Yes: {QUI}"  # no sentence of the catalogue
        assert localized({"en": "it", "fr": "12:30, http://a?b=c; fin"}) == "12:30, http://a?b=c; fin"


def test_english_and_what_is_no_sentence_stay() -> None:
    with override("en"):
        assert localized({"en": "Is it so ?", "fr": "Ah ?"}) == "Is it so ?"
    with override("fr"):
        assert (localized("Ah ?"), localized(None), localized(5)) == ("Ah ?", None, 5)
        assert WHO["fr"] == "Qui : « Ada » ?"  # what the API and commands say
