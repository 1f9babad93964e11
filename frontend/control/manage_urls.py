"""Addresses of the pages around releases: accounts, tokens, keys, links, applications, histories."""

from __future__ import annotations

from django.urls import path

from frontend.control import applications, audit, edits, keys, links, manage, people, tokens

#: Of one environment.
KEYS = "cp/<str:application>/<str:environment>/keys"

urlpatterns = [
    path("cp/access", manage.first, name="control-access"),
    path("cp/people", people.people, name="control-people"),
    path("cp/people/create", people.create, name="control-person-create"),
    path("cp/people/<int:pk>", people.person, name="control-person"),
    path("cp/people/<int:pk>/role", people.change, {"kind": people.ChangeRole}, name="control-person-role"),
    path("cp/people/<int:pk>/password", people.change, {"kind": people.ResetPassword}, name="control-person-password"),
    path("cp/people/<int:pk>/activate", people.change, {"kind": people.Activate}, name="control-person-activate"),
    path("cp/people/<int:pk>/end", people.change, {"kind": people.EndAccess}, name="control-person-end"),
    path("cp/tokens", tokens.tokens, name="control-tokens"),
    path("cp/tokens/create", tokens.create, name="control-token-create"),
    path("cp/tokens/<int:pk>/revoke", tokens.revoke, name="control-token-revoke"),
    path("cp/links", links.links, name="control-links"),
    path("cp/links/create", links.create, name="control-link-create"),
    path("cp/links/<int:pk>/revoke", links.revoke, name="control-link-revoke"),
    path("cp/applications", applications.applications, name="control-applications"),
    path("cp/applications/create", applications.create, name="control-application-create"),
    path(
        "cp/applications/<str:key>/settings",
        applications.change,
        {"kind": applications.ChangeSettings},
        name="control-application-settings",
    ),
    path(
        "cp/applications/<str:key>/schema",
        applications.change,
        {"kind": applications.EditSchema},
        name="control-application-schema",
    ),
    path("cp/environments/create", applications.create_environment, name="control-environment-create"),
    path("cp/edits", edits.edits, name="control-edits"),
    path("cp/edits/<str:kind>/<int:entry>", edits.edit, name="control-edit"),
    path("cp/audit", audit.audit, name="control-audit"),
    path(KEYS, keys.keys, name="control-keys"),
    path(f"{KEYS}/create", keys.create, name="control-key-create"),
    path(f"{KEYS}/<int:pk>/revoke", keys.revoke, name="control-key-revoke"),
]
