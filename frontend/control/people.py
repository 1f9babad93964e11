"""People: who has which role, what each role may do, and the ends of their access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from frontend.control import listing, manage
from frontend.control.page import actor_of, page
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import people as access
from releases.access.roles import MAY, ROLE_CHOICES, role_with
from releases.models import ApiToken, PreviewLink, Session, TemporaryPassword
from releases.pages.offered import Button

STATES = (("active", text_lazy("active")), ("ended", text_lazy("deactivated")))
#: What one person holds, listed.
MOST_HELD = 50


def _people() -> QuerySet[Any]:
    temporary = TemporaryPassword.objects.filter(user=OuterRef("pk"))
    tokens = Count("api_tokens", filter=Q(api_tokens__revoked_at=None, api_tokens__expires_at__gt=timezone.now()))
    found = User.objects.prefetch_related("groups__permissions__content_type")
    return found.annotate(must_change=Exists(temporary), tokens=tokens).order_by("-is_active", "username")


def _role(person: User) -> str:
    """By the permissions that the groups give, active or not."""
    names = frozenset(
        f"{permission.content_type.app_label}.{permission.codename}"
        for group in person.groups.all()
        for permission in group.permissions.all()
    )
    return role_with(names)


def _found(pk: int) -> Any:
    person = _people().filter(pk=pk).first()
    if person is None:
        raise Refusal("person.unknown", name=str(pk))
    return person


@page(needs=ADMINISTER)
def people(request: HttpRequest) -> HttpResponseBase:
    role = listing.Select.of(request, "role", text_lazy("Role"), text_lazy("all roles"), ROLE_CHOICES)
    state = listing.Select.of(request, "state", text_lazy("State"), text_lazy("all states"), STATES)
    rows = listing.searched(_people(), listing.words_of(request), "username", "first_name", "last_name", "email")
    if role.chosen:
        rows = rows.filter(groups__name=role.chosen)
    if state.chosen:
        rows = rows.filter(is_active=state.chosen == "active")
    found = listing.context(request, rows, role, state)
    return manage.render(
        request,
        "frontend/control/people.html",
        text_lazy("People"),
        tab="people",
        rows=[(person, _role(person)) for person in found["page_obj"]],
        may=MAY,
        **found,
    )


@page(needs=ADMINISTER)
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    found, now = _found(pk), timezone.now()
    return manage.render(
        request,
        "frontend/control/person.html",
        found.get_username(),
        tab="people",
        person=found,
        role=_role(found),
        buttons=_buttons(request, found),
        tokens=ApiToken.objects.filter(owner=found, revoked_at=None, expires_at__gt=now).order_by("-pk")[:MOST_HELD],
        links=PreviewLink.objects.filter(owner=found, revoked_at=None, expires_at__gt=now).count(),
        sessions=Session.objects.filter(user=found, expire_date__gt=now).count(),
    )


def _buttons(request: HttpRequest, person: User) -> list[Button]:
    """A button that would be refused says why."""

    def offered(label: Any, name: str, style: str = "", *, itself: bool = False) -> Button:
        try:
            access.check_may_manage(person, actor_of(request), itself=itself)
        except Refusal as refusal:
            return Button(label, "", style, refusal)
        return Button(label, reverse(f"control-person-{name}", args=(person.pk,)), style)

    if not person.is_active:
        return [offered(text_lazy("Activate again"), "activate", "primary")]
    return [
        offered(text_lazy("Change the role"), "role"),
        offered(text_lazy("Set a new password"), "password"),
        offered(text_lazy("End all access"), "end", "danger", itself=True),
    ]


class PersonForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        label=text_lazy("User name"),
        help_text=text_lazy("Letters, digits and @ . + - _. It stands in the ledger and the history."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(choices=ROLE_CHOICES, label=text_lazy("Role"))


class CreatePerson(manage.ManagePage):
    permission = ADMINISTER
    template = "frontend/control/role_form.html"
    sensitive = True
    form_class = PersonForm
    asks_reason = False

    def initial(self) -> dict[str, Any]:
        return {"role": "viewer"}

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create an account")}

    def look(self) -> dict[str, Any]:
        note = text_lazy("The first password is generated and shown once. It only opens the page that changes it.")
        return {"button": text_lazy("Create the account"), "notes": [note], "may": MAY}

    def act(self) -> HttpResponse:
        assert self.form is not None
        person, password = access.create_person(**self.form.cleaned_data, actor=self.actor, now=self.now)
        self.back = reverse("control-person", args=(person.pk,))
        return self.secret_page(
            text_lazy("First password of {name}", name=person.get_username()),
            password,
            what=text_lazy("Give it to {name} in person. They choose their own at the first login.", name=person),
        )


class OfPerson(manage.ManagePage):
    permission = ADMINISTER
    sensitive = True

    def __init__(self, request: HttpRequest, person: User) -> None:
        super().__init__(request, reverse("control-person", args=(person.pk,)))
        self.person = person

    @property
    def name(self) -> str:
        return self.person.get_username()


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        choices=[*ROLE_CHOICES, ("", text_lazy("no role: sees nothing"))], required=False, label=text_lazy("Role")
    )


class ChangeRole(OfPerson):
    template = "frontend/control/role_form.html"
    form_class = RoleForm

    def initial(self) -> dict[str, Any]:
        return {"role": _role(self.person)}

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Change the role of {name}", name=self.name)}

    def look(self) -> dict[str, Any]:
        access.check_may_manage(self.person, self.actor)
        notes = [
            text_lazy("It holds from the next click. A token that may more than its owner stops working."),
            text_lazy("Without a role all sessions, API tokens and preview links of this person end."),
        ]
        return {"button": text_lazy("Change the role"), "notes": notes, "may": MAY}

    def act(self) -> HttpResponse:
        assert self.form is not None
        role = self.form.cleaned_data["role"]
        access.set_role(self.person, role=role, reason=self.reason, actor=self.actor, now=self.now)
        if not role:
            return self.done(text_lazy("{name} has no role any more.", name=self.name), self.back)
        return self.done(text_lazy("{name} is {role} now.", name=self.name, role=role), self.back)


class ResetPassword(OfPerson):
    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Set a new password for {name}?", name=self.name)}

    def look(self) -> dict[str, Any]:
        access.check_may_manage(self.person, self.actor)
        notes = [
            text_lazy("The new password is generated and shown once. It only opens the page that changes it."),
            text_lazy("All sessions of this person end; tokens and links go on."),
        ]
        return {"button": text_lazy("Set a new password"), "notes": notes}

    def act(self) -> HttpResponse:
        password = access.reset_password(self.person, reason=self.reason, actor=self.actor, now=self.now)
        return self.secret_page(
            text_lazy("New password of {name}", name=self.name),
            password,
            what=text_lazy("Give it to {name} in person. They choose their own at the next login.", name=self.name),
        )


class Activate(OfPerson):
    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Activate {name} again?", name=self.name)}

    def look(self) -> dict[str, Any]:
        access.check_may_manage(self.person, self.actor)
        note = text_lazy("The account may log in again, with the role it had. Tokens and links that ended stay ended.")
        return {"button": text_lazy("Activate again"), "notes": [note], "open": not self.person.is_active}

    def act(self) -> HttpResponse:
        access.activate(self.person, reason=self.reason, actor=self.actor, now=self.now)
        return self.done(text_lazy("{name} may log in again.", name=self.name), self.back)


class EndForm(forms.Form):
    deactivate = forms.BooleanField(required=False, initial=True, label=text_lazy("Deactivate the account as well"))


class EndAccess(OfPerson):
    """Ends all access of a person at once."""

    form_class = EndForm
    style = "danger"

    def initial(self) -> dict[str, Any]:
        return {"deactivate": self.actor.person != self.person.pk}

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("End all access of “{person}”?", person=self.name)}

    def look(self) -> dict[str, Any]:
        access.check_may_manage(self.person, self.actor, itself=True)
        return {
            "button": text_lazy("End all access"),
            "notes": [
                text_lazy("All sessions, API tokens and preview links of this person end at once."),
                text_lazy("Programs that use these tokens are refused from then on."),
            ],
        }

    def act(self) -> HttpResponse:
        assert self.form is not None
        given = self.form.cleaned_data
        ended = access.end_access(self.person, **given, reason=self.reason, actor=self.actor, now=self.now)
        return self.done(
            text_lazy(
                "Access ended: {sessions} session(s), {tokens} token(s), {links} preview link(s).",
                sessions=ended.sessions,
                tokens=ended.tokens,
                links=ended.links,
            ),
            self.back,
        )


@page("POST", needs=ADMINISTER)
def create(request: HttpRequest) -> HttpResponseBase:
    return CreatePerson(request, reverse("control-people")).serve()


@page("POST", needs=ADMINISTER)
def change(request: HttpRequest, pk: int, *, kind: type[OfPerson]) -> HttpResponseBase:
    return kind(request, _found(pk)).serve()
