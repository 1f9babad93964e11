"""People in front of the control plane: addresses, pages, and forms filled in and sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.releases.admin_pages import Page, Staff

HERE = "/cp/icontrol/production"
THERE = "/cp/icontrol/staging"


class ControlPage(Page):
    """Every page has one heading, and a label for each field that one fills in."""

    def check_policy(self) -> None:
        super().check_policy()
        if not self.html:
            return
        assert len(list(self.all("h1"))) == 1, self.text
        labelled = {label.attributes.get("for") for label in self.all("label")}
        for field in (*self.all("input", type="text"), *self.all("input", type="search"), *self.all("select")):
            assert field.attributes.get("id") in labelled, field

    @property
    def off(self) -> list[str]:
        """The buttons that cannot be used now, each with its reason."""
        labels = [" ".join(element.text.split()) for element in self.all("span", aria_disabled="true")]
        reasons = [" ".join(element.text.split()) for element in self.all("span", class_="why")]
        return [f"{label}: {reason}" for label, reason in zip(labels, reasons, strict=True)]

    @property
    def buttons(self) -> list[str]:
        return [
            " ".join(element.text.split())
            for element in self.all("a")
            if "btn" in element.attributes.get("class", "").split()
        ]


def get(who: Staff, url: str, **query: Any) -> ControlPage:
    return ControlPage(who.client.get(f"{url}?{urlencode(query, doseq=True)}" if query else url))


def send(who: Staff, url: str, **typed: Any) -> ControlPage:
    return ControlPage(who.client.post(url, typed))


def act(who: Staff, url: str, **typed: Any) -> ControlPage:
    """Open the question, answer it as it stands but for what is typed, and follow."""
    page = get(who, url)
    assert page.has_form, page.text
    return ControlPage(who.client.post(url, {**page.filled(), **typed}, follow=True))
