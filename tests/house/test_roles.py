"""Who may do what: a row for every address, method and role. A new route without a row fails here.

The columns are anonymous, viewer, editor, publisher, admin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from configs.models import ConfigVersion
from releases.access import actions as access
from releases.access.authentication import actor_of_user
from releases.access.passwords import mark_temporary
from releases.access.roles import ROLES
from releases.models import ApiToken, AuditEvent, PreviewLink
from tests.factories import ADA, NOON, World, flag, snapshot
from tests.house.routes import METHODS, is_page, methods, path, routes

pytestmark = pytest.mark.slow

COLUMNS = ("anonymous", *ROLES)

#: Status of a request with an empty body: 400, 422, 428 and 404 mean that the role may, and that something is missing.
API = """
GET    meta/release                          200 200 200 200 200
GET    api/config                            200 200 200 200 200
GET    api/config/published                  200 200 200 200 200
GET    preview/<str:token>                   200 200 200 200 200
GET    livez                                 200 200 200 200 200
GET    readyz                                200 200 200 200 200
GET    api/schema                            200 200 200 200 200
GET    metrics                               401 200 200 200 200
GET    api/registry                          401 200 200 200 200
GET    api/applications                      401 200 200 200 200
POST   api/applications                      401 403 403 403 400
GET    api/applications/<str:key>            401 200 200 200 200
PATCH  api/applications/<str:key>            401 403 403 403 400
PUT    api/applications/<str:key>/schema     401 403 403 403 400
GET    api/clients                           401 200 200 200 200
GET    api/policy                            401 200 200 200 200
GET    api/releases                          401 200 200 200 200
GET    api/releases/<int:serial>             401 200 200 200 200
GET    api/config/versions                   401 200 200 200 200
GET    api/config/versions/<str:version>     401 200 200 200 200
GET    api/flags                             401 200 200 200 200
GET    api/flags/<str:key>                   401 200 200 200 200
POST   api/flags/<str:key>/explain           401 400 400 400 400
GET    api/config/diff                       401 403 200 200 200
GET    api/config/draft                      401 403 200 200 200
GET    api/config/draft/<str:section>/<str:name>     401 403 404 404 404
PUT    api/config/draft/<str:section>/<str:name>     401 403 428 428 428
PATCH  api/config/draft/<str:section>/<str:name>     401 403 404 404 404
DELETE api/config/draft/<str:section>/<str:name>     401 403 404 404 404
GET    api/config/draft/history              401 403 200 200 200
GET    api/config/preview                    401 403 200 200 200
GET    api/config/preview/links              401 403 200 200 200
PUT    api/config/draft                      401 403 428 428 428
POST   api/config/draft                      401 403 428 428 428
PATCH  api/config/draft                      401 403 428 428 428
POST   api/config/draft/rename               401 403 400 400 400
POST   api/config/draft/revert               401 403 400 400 400
POST   api/config/preview                    401 403 400 400 400
POST   api/config/preview/withdraw           401 403 400 400 400
POST   api/config/preview/links              401 403 400 400 400
POST   api/config/preview/links/<int:pk>/revoke  401 403 400 400 400
POST   api/config/publish                    401 403 403 428 428
POST   api/config/rollback                   401 403 403 400 400
POST   api/releases/undo                     401 403 403 400 400
PUT    api/policy                            401 403 403 400 400
POST   api/flags/<str:key>/kill              401 403 403 422 422
POST   api/flags/<str:key>/lift              401 403 403 422 422
"""

#: Here Authorization names a client, so that a token of the staff is an unknown key: 401 for each of them.
CLIENTS = """
POST   ofrep/v1/evaluate/flags               200 401 401 401 401
POST   ofrep/v1/evaluate/flags/<anytext:key> 200 401 401 401 401
GET    unleash/api/client/features           200 401 401 401 401
POST   unleash/api/client/register           202 401 401 401 401
POST   unleash/api/client/metrics            202 401 401 401 401
GET    unleash/api/frontend                  200 401 401 401 401
POST   unleash/api/frontend                  200 401 401 401 401
POST   unleash/api/frontend/client/register  202 401 401 401 401
POST   unleash/api/frontend/client/metrics   202 401 401 401 401
"""

#: Pages, by session: ``in`` = to the login page, ``no`` = refused, ``yes`` = the page or a complaint about the form,
#: ``-`` = nothing there, or not by this method.
PAGES = """
GET  /                                                                 yes yes yes yes yes
POST /                                                                 yes yes yes yes yes
GET  i18n/setlang/                                                     yes yes yes yes yes
POST i18n/setlang/                                                     yes yes yes yes yes
GET  login                                                             yes yes yes yes yes
POST login                                                             yes yes yes yes yes
GET  logout                                                            -   -   -   -   -
POST logout                                                            yes yes yes yes yes
GET  api/docs                                                          yes yes yes yes yes
POST api/docs                                                          -   -   -   -   -
GET  account                                                           in  yes yes yes yes
POST account                                                           in  yes yes yes yes
GET  account/sessions/end                                              in  yes yes yes yes
POST account/sessions/end                                              in  yes yes yes yes
GET  confirm                                                           in  yes yes yes yes
POST confirm                                                           in  yes yes yes yes
GET  theme                                                             -   -   -   -   -
POST theme                                                             yes yes yes yes yes
GET  toolbox                                                           in  yes yes yes yes
POST toolbox                                                           in  -   -   -   -
GET  toolbox/<str:application>/here                                    in  no  yes yes yes
POST toolbox/<str:application>/here                                    in  no  yes yes yes
GET  toolbox/<str:application>/                                        in  yes yes yes yes
POST toolbox/<str:application>/                                        in  -   -   -   -
GET  app                                                               yes yes yes yes yes
POST app                                                               -   -   -   -   -
GET  cp/incident                                                       in  yes yes yes yes
POST cp/incident                                                       in  -   -   -   -
GET  cp/incident/login                                                 yes yes yes yes yes
POST cp/incident/login                                                 yes yes yes yes yes
GET  cp/incident/<int:pk>/kill                                         in  no  no  yes yes
POST cp/incident/<int:pk>/kill                                         in  no  no  yes yes
GET  cp/incident/<int:pk>/lift                                         in  no  no  yes yes
POST cp/incident/<int:pk>/lift                                         in  no  no  yes yes
GET  cp/incident/<int:pk>/undo                                         in  no  no  yes yes
POST cp/incident/<int:pk>/undo                                         in  no  no  yes yes
GET  cp/incident/<int:pk>/rollback/<str:version>                       in  no  no  yes yes
POST cp/incident/<int:pk>/rollback/<str:version>                       in  no  no  yes yes
GET  cp/incident/<int:pk>/maintenance/on                               in  no  no  yes yes
POST cp/incident/<int:pk>/maintenance/on                               in  no  no  yes yes
GET  cp/incident/<int:pk>/maintenance/off                              in  no  no  yes yes
POST cp/incident/<int:pk>/maintenance/off                              in  no  no  yes yes
GET  cp                                                                 in  yes yes yes yes
POST cp                                                                 in  -   -   -   -
GET  cp/checkpoints                                                     in  yes yes yes yes
POST cp/checkpoints                                                     in  yes yes yes yes
GET  cp/state                                                           in  yes yes yes yes
POST cp/state                                                           in  -   -   -   -
GET  cp/<str:application>/<str:environment>/clients                    in  yes yes yes yes
POST cp/<str:application>/<str:environment>/clients                    in  -   -   -   -
GET  cp/<str:application>/<str:environment>/flags                      in  yes yes yes yes
POST cp/<str:application>/<str:environment>/flags                      in  -   -   -   -
GET  cp/<str:application>/<str:environment>/flags/<str:key>            in  yes yes yes yes
POST cp/<str:application>/<str:environment>/flags/<str:key>            in  yes yes yes yes
GET  cp/<str:application>/<str:environment>/flags/<str:key>/kill       in  no  no  yes yes
POST cp/<str:application>/<str:environment>/flags/<str:key>/kill       in  no  no  yes yes
GET  cp/<str:application>/<str:environment>/flags/<str:key>/lift       in  no  no  yes yes
POST cp/<str:application>/<str:environment>/flags/<str:key>/lift       in  no  no  yes yes
GET  cp/<str:application>/<str:environment>/policy                     in  yes yes yes yes
POST cp/<str:application>/<str:environment>/policy                     in  no  no  yes yes
GET  cp/<str:application>/<str:environment>/versions                    in  yes yes yes yes
POST cp/<str:application>/<str:environment>/versions                    in  -   -   -   -
GET  cp/<str:application>/<str:environment>/versions/<str:version>      in  yes yes yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>      in  -   -   -   -
GET  cp/<str:application>/<str:environment>/compare                     in  yes yes yes yes
POST cp/<str:application>/<str:environment>/compare                     in  -   -   -   -
GET  cp/<str:application>/<str:environment>/releases                    in  yes yes yes yes
POST cp/<str:application>/<str:environment>/releases                    in  -   -   -   -
GET  cp/<str:application>/<str:environment>/releases.csv                in  yes yes yes yes
POST cp/<str:application>/<str:environment>/releases.csv                in  -   -   -   -
GET  cp/<str:application>/<str:environment>/releases.json               in  yes yes yes yes
POST cp/<str:application>/<str:environment>/releases.json               in  -   -   -   -
GET  cp/<str:application>/<str:environment>/releases/<int:serial>       in  yes yes yes yes
POST cp/<str:application>/<str:environment>/releases/<int:serial>       in  -   -   -   -
GET  cp/<str:application>/<str:environment>/releases/<int:serial>/config.json in  yes yes yes yes
POST cp/<str:application>/<str:environment>/releases/<int:serial>/config.json in  -   -   -   -
GET  cp/<str:application>/<str:environment>/then                        in  yes yes yes yes
POST cp/<str:application>/<str:environment>/then                        in  -   -   -   -
GET  cp/<str:application>/<str:environment>/versions/<str:version>/publish in  no  no  yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>/publish in  no  no  yes yes
GET  cp/<str:application>/<str:environment>/versions/<str:version>/rollback in  no  no  yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>/rollback in  no  no  yes yes
GET  cp/<str:application>/<str:environment>/versions/<str:version>/preview in  no  yes yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>/preview in  no  yes yes yes
GET  cp/<str:application>/<str:environment>/versions/<str:version>/withdraw in  no  yes yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>/withdraw in  no  yes yes yes
GET  cp/<str:application>/<str:environment>/versions/<str:version>/restore in  no  yes yes yes
POST cp/<str:application>/<str:environment>/versions/<str:version>/restore in  no  yes yes yes
GET  cp/<str:application>/<str:environment>/undo                        in  no  no  yes yes
POST cp/<str:application>/<str:environment>/undo                        in  no  no  yes yes
GET  cp/access                                                          in  yes yes yes yes
POST cp/access                                                          in  -   -   -   -
GET  cp/people                                                          in  no  no  no  yes
POST cp/people                                                          in  -   -   -   -
GET  cp/people/create                                                   in  no  no  no  yes
POST cp/people/create                                                   in  no  no  no  yes
GET  cp/people/<int:pk>                                                 in  no  no  no  yes
POST cp/people/<int:pk>                                                 in  -   -   -   -
GET  cp/people/<int:pk>/role                                            in  no  no  no  yes
POST cp/people/<int:pk>/role                                            in  no  no  no  yes
GET  cp/people/<int:pk>/password                                        in  no  no  no  yes
POST cp/people/<int:pk>/password                                        in  no  no  no  yes
GET  cp/people/<int:pk>/activate                                        in  no  no  no  yes
POST cp/people/<int:pk>/activate                                        in  no  no  no  yes
GET  cp/people/<int:pk>/end                                             in  no  no  no  yes
POST cp/people/<int:pk>/end                                             in  no  no  no  yes
GET  cp/tokens                                                          in  no  no  no  yes
POST cp/tokens                                                          in  -   -   -   -
GET  cp/tokens/create                                                   in  no  no  no  yes
POST cp/tokens/create                                                   in  no  no  no  yes
GET  cp/tokens/<int:pk>/revoke                                          in  no  no  no  yes
POST cp/tokens/<int:pk>/revoke                                          in  no  no  no  yes
GET  cp/links                                                           in  no  yes yes yes
POST cp/links                                                           in  -   -   -   -
GET  cp/links/create                                                    in  no  yes yes yes
POST cp/links/create                                                    in  no  yes yes yes
GET  cp/links/<int:pk>/revoke                                           in  no  yes yes yes
POST cp/links/<int:pk>/revoke                                           in  no  yes yes yes
GET  cp/applications                                                    in  no  no  no  yes
POST cp/applications                                                    in  -   -   -   -
GET  cp/applications/create                                             in  no  no  no  yes
POST cp/applications/create                                             in  no  no  no  yes
GET  cp/applications/<str:key>/settings                                  in  no  no  no  yes
POST cp/applications/<str:key>/settings                                  in  no  no  no  yes
GET  cp/applications/<str:key>/schema                                    in  no  no  no  yes
POST cp/applications/<str:key>/schema                                    in  no  no  no  yes
GET  cp/environments/create                                             in  no  no  no  yes
POST cp/environments/create                                             in  no  no  no  yes
GET  cp/edits                                                           in  yes yes yes yes
POST cp/edits                                                           in  -   -   -   -
GET  cp/edits/<str:kind>/<int:entry>                                    in  yes yes yes yes
POST cp/edits/<str:kind>/<int:entry>                                    in  -   -   -   -
GET  cp/audit                                                           in  no  no  no  yes
POST cp/audit                                                           in  -   -   -   -
GET  cp/<str:application>/<str:environment>/keys                        in  no  no  no  yes
POST cp/<str:application>/<str:environment>/keys                        in  -   -   -   -
GET  cp/<str:application>/<str:environment>/keys/create                 in  no  no  no  yes
POST cp/<str:application>/<str:environment>/keys/create                 in  no  no  no  yes
GET  cp/<str:application>/<str:environment>/keys/<int:pk>/revoke        in  no  no  no  yes
POST cp/<str:application>/<str:environment>/keys/<int:pk>/revoke        in  no  no  no  yes
GET  admin/                                                            in  yes yes yes yes
POST admin/                                                            in  yes yes yes yes
GET  admin/login/                                                      in  in  in  in  in
POST admin/login/                                                      in  in  in  in  in
GET  admin/logout/                                                     yes -   -   -   -
POST admin/logout/                                                     yes yes yes yes yes
GET  admin/autocomplete/                                               in  no  no  no  no
POST admin/autocomplete/                                               in  -   -   -   -
GET  admin/jsi18n/                                                     in  yes yes yes yes
POST admin/jsi18n/                                                     in  -   -   -   -
GET  admin/r/<path:content_type_id>/<path:object_id>/                  in  -   -   -   -
POST admin/r/<path:content_type_id>/<path:object_id>/                  in  -   -   -   -
GET  admin/<app_label>/                                                in  yes yes yes yes
POST admin/<app_label>/                                                in  yes yes yes yes
GET  admin/<url>                                                       in  -   -   -   -
POST admin/<url>                                                       in  -   -   -   -
GET  admin/configs/configversion/<int:pk>/preview/                     in  no  yes yes yes
POST admin/configs/configversion/<int:pk>/preview/                     in  no  yes yes yes
GET  admin/configs/configversion/<int:pk>/publish/                     in  no  no  yes yes
POST admin/configs/configversion/<int:pk>/publish/                     in  no  no  yes yes
GET  admin/configs/configversion/<int:pk>/rollback/                    in  no  no  yes yes
POST admin/configs/configversion/<int:pk>/rollback/                    in  no  no  yes yes
GET  admin/configs/configversion/<int:pk>/withdraw/                    in  no  yes yes yes
POST admin/configs/configversion/<int:pk>/withdraw/                    in  no  yes yes yes
GET  admin/configs/configversion/<int:pk>/restore/                     in  no  yes yes yes
POST admin/configs/configversion/<int:pk>/restore/                     in  no  yes yes yes
GET  admin/configs/configversion/<int:pk>/history/<int:entry>/restore/ in  no  yes yes yes
POST admin/configs/configversion/<int:pk>/history/<int:entry>/restore/ in  no  yes yes yes
GET  admin/configs/configversion/                                      in  yes yes yes yes
POST admin/configs/configversion/                                      in  yes yes yes yes
GET  admin/configs/configversion/<path:object_id>/history/             in  yes yes yes yes
POST admin/configs/configversion/<path:object_id>/history/             in  yes yes yes yes
GET  admin/configs/configversion/<path:object_id>/change/              in  yes yes yes yes
POST admin/configs/configversion/<path:object_id>/change/              in  -   -   -   -
GET  admin/configs/configversion/<path:object_id>/                     in  yes yes yes yes
POST admin/configs/configversion/<path:object_id>/                     in  yes yes yes yes
GET  admin/configs/application/                                        in  no  no  no  yes
POST admin/configs/application/                                        in  no  no  no  yes
GET  admin/configs/application/<path:object_id>/history/               in  no  no  no  yes
POST admin/configs/application/<path:object_id>/history/               in  no  no  no  yes
GET  admin/configs/application/<path:object_id>/change/                in  no  no  no  yes
POST admin/configs/application/<path:object_id>/change/                in  no  no  no  -
GET  admin/configs/application/<path:object_id>/                       in  yes yes yes yes
POST admin/configs/application/<path:object_id>/                       in  yes yes yes yes
GET  admin/releases/release/                                           in  yes yes yes yes
POST admin/releases/release/                                           in  yes yes yes yes
GET  admin/releases/release/<path:object_id>/change/                   in  yes yes yes yes
POST admin/releases/release/<path:object_id>/change/                   in  -   -   -   -
GET  admin/releases/release/<path:object_id>/                          in  yes yes yes yes
POST admin/releases/release/<path:object_id>/                          in  yes yes yes yes
GET  admin/releases/environment/                                       in  yes yes yes yes
POST admin/releases/environment/                                       in  yes yes yes yes
GET  admin/releases/environment/<path:object_id>/history/              in  yes yes yes yes
POST admin/releases/environment/<path:object_id>/history/              in  yes yes yes yes
GET  admin/releases/environment/<path:object_id>/change/               in  yes yes yes yes
POST admin/releases/environment/<path:object_id>/change/               in  -   -   -   -
GET  admin/releases/environment/<path:object_id>/                      in  yes yes yes yes
POST admin/releases/environment/<path:object_id>/                      in  yes yes yes yes
GET  admin/releases/previewlink/                                       in  no  yes yes yes
POST admin/releases/previewlink/                                       in  no  yes yes yes
GET  admin/releases/previewlink/<path:object_id>/history/              in  no  yes yes yes
POST admin/releases/previewlink/<path:object_id>/history/              in  no  yes yes yes
GET  admin/releases/previewlink/<path:object_id>/change/               in  no  yes yes yes
POST admin/releases/previewlink/<path:object_id>/change/               in  no  -   -   -
GET  admin/releases/previewlink/<path:object_id>/                      in  yes yes yes yes
POST admin/releases/previewlink/<path:object_id>/                      in  yes yes yes yes
GET  admin/releases/clientkey/                                         in  no  no  no  yes
POST admin/releases/clientkey/                                         in  no  no  no  yes
GET  admin/releases/clientkey/<path:object_id>/history/                in  no  no  no  yes
POST admin/releases/clientkey/<path:object_id>/history/                in  no  no  no  yes
GET  admin/releases/clientkey/<path:object_id>/change/                 in  no  no  no  yes
POST admin/releases/clientkey/<path:object_id>/change/                 in  no  no  no  -
GET  admin/releases/clientkey/<path:object_id>/                        in  yes yes yes yes
POST admin/releases/clientkey/<path:object_id>/                        in  yes yes yes yes
GET  admin/releases/apitoken/                                          in  no  no  no  yes
POST admin/releases/apitoken/                                          in  no  no  no  yes
GET  admin/releases/apitoken/<path:object_id>/history/                 in  no  no  no  yes
POST admin/releases/apitoken/<path:object_id>/history/                 in  no  no  no  yes
GET  admin/releases/apitoken/<path:object_id>/change/                  in  no  no  no  yes
POST admin/releases/apitoken/<path:object_id>/change/                  in  no  no  no  -
GET  admin/releases/apitoken/<path:object_id>/                         in  yes yes yes yes
POST admin/releases/apitoken/<path:object_id>/                         in  yes yes yes yes
GET  admin/releases/auditevent/                                        in  no  no  no  yes
POST admin/releases/auditevent/                                        in  no  no  no  yes
GET  admin/releases/auditevent/<path:object_id>/change/                in  no  no  no  yes
POST admin/releases/auditevent/<path:object_id>/change/                in  no  no  no  -
GET  admin/releases/auditevent/<path:object_id>/                       in  yes yes yes yes
POST admin/releases/auditevent/<path:object_id>/                       in  yes yes yes yes
GET  admin/auth/user/                                                  in  no  no  no  yes
POST admin/auth/user/                                                  in  no  no  no  yes
GET  admin/auth/user/<path:object_id>/history/                         in  no  no  no  yes
POST admin/auth/user/<path:object_id>/history/                         in  no  no  no  yes
GET  admin/auth/user/<path:object_id>/change/                          in  no  no  no  yes
POST admin/auth/user/<path:object_id>/change/                          in  no  no  no  -
GET  admin/auth/user/<path:object_id>/                                 in  yes yes yes yes
POST admin/auth/user/<path:object_id>/                                 in  yes yes yes yes
"""


#: Addresses whose parameters do not follow a name.
PARAMETERS = {
    "admin/<url>": "admin/nothing/",
    "admin/r/<path:content_type_id>/<path:object_id>/": "admin/r/1/1/",
}


def table(text: str) -> dict[tuple[str, str], list[str]]:
    rows = [line.split() for line in text.strip().splitlines()]
    return {(method, "" if route == "/" else route): columns for method, route, *columns in rows}


@pytest.fixture
def values(world: World) -> dict[str, Any]:
    """A world with one of everything; what the parameters of addresses stand for."""
    world.release(snapshot("home", featureFlags=[flag("search", "ON")]))
    world.policy(latest="2.0.0")
    world.edit()
    world.preview()
    link, secret = access.create_preview_link(world.application, reason="look", actor=ADA, now=world.tick())
    key = access.create_client_key(world.production, name="web", actor=ADA, now=NOON)
    token, _ = access.create_token(name="ci", role="viewer", actor=ADA, now=NOON)
    link.expires_at = link.expires_at.replace(year=2999)
    link.save()
    head = world.head()
    assert head is not None
    return {
        "applications": "icontrol",
        "draft": "featureFlags",
        "name": "nowhere",
        "preview": secret,
        "links": link.pk,
        "releases": 1,
        "versions": "1.0.0",
        "flags": "search",
        "flag": "search",
        "configversion": ConfigVersion.objects.get(version="1.0.0").pk,
        "history": ConfigVersion.history.earliest("history_id").history_id,
        "application": world.application.pk,
        "release": head.pk,
        "environment": world.production.pk,
        "incident": world.production.pk,
        "toolbox": "icontrol",
        "rollback": "1.0.0",
        "previewlink": PreviewLink.objects.get().pk,
        "clientkey": key.pk,
        "apitoken": token.pk,
        "auditevent": AuditEvent.objects.create(at=NOON, kind="login").pk,
        "user": User.objects.create_user("somebody").pk,
        "content_type": 1,
        "people": User.objects.get(username="somebody").pk,
        "tokens": token.pk,
        "keys": key.pk,
        "edits": "environment",
        "entry": world.production.history.latest("history_id").history_id,
    }


@pytest.fixture
def people(db: None) -> dict[str, User]:
    made = {}
    for role in ROLES:
        made[role] = User.objects.create_user(role, is_staff=True)
        made[role].groups.add(Group.objects.get(name=role))
    return made


def test_every_route_has_its_rows_and_every_row_its_route() -> None:
    wanted = {(method, route) for route, view in routes().items() for method in methods(view)}
    listed = [*table(API), *table(CLIENTS), *table(PAGES)]
    assert len(listed) == len(set(listed))
    assert set(listed) == wanted
    assert {route for _, route in table(PAGES)} == {route for route in routes() if is_page(route)}


def test_the_short_way_past_accounts_is_for_views_that_ask_for_none() -> None:
    views = {route: view.cls for route, view in routes().items() if getattr(view, "cls", None)}
    short = {route for route, view in views.items() if getattr(view, "for_clients", False)}
    assert {"meta/release", "api/config/published", "ofrep/v1/evaluate/flags", "unleash/api/frontend"} < short
    assert all(views[route].authentication_classes == () == views[route].permission_classes for route in short)


def compare(wanted: dict[tuple[str, str], list[str]], role: str, ask: Callable[[str, str], str]) -> list[str]:
    """What is not as the table says in one of its columns."""
    column = COLUMNS.index(role)
    seen = {(method, route): ask(method, route) for method, route in wanted}
    return [
        f"{method} {route} for {role}: {seen[method, route]}, not {columns[column]}"
        for (method, route), columns in wanted.items()
        if seen[method, route] != columns[column]
    ]


def client_of(role: str, people: dict[str, User], **options: Any) -> Client:
    client = Client(**options)
    if role != "anonymous":
        client.force_login(people[role])
    return client


@pytest.mark.parametrize("role", COLUMNS)
def test_the_api_by_token(world: World, values: dict[str, Any], role: str) -> None:
    headers = {} if role == "anonymous" else {"authorization": f"Bearer {world.token(role)}"}

    def ask(method: str, route: str) -> str:
        answer = Client().generic(method, path(route, values), b"{}", "application/json", headers=headers)
        return str(answer.status_code)

    assert compare(table(API) | table(CLIENTS), role, ask) == []


@pytest.mark.parametrize("role", COLUMNS)
@pytest.mark.parametrize("strict", [False, True])
def test_the_api_by_session(values: dict[str, Any], people: dict[str, User], role: str, strict: bool) -> None:
    """The groups give what the roles of tokens give, and a write without a CSRF token is refused."""
    client = client_of(role, people, enforce_csrf_checks=strict)

    def ask(method: str, route: str) -> str:
        return str(client.generic(method, path(route, values), b"{}", "application/json").status_code)

    wanted = table(API)
    if strict:
        for (method, _), columns in wanted.items():
            columns[1:] = columns[1:] if method == "GET" else ["403"] * len(ROLES)
    anybody = {row: columns[:1] * len(COLUMNS) for row, columns in table(CLIENTS).items()}
    assert compare(wanted | anybody, role, ask) == []


@pytest.mark.parametrize("method", METHODS)
def test_methods_that_there_are_not(world: World, values: dict[str, Any], method: str) -> None:
    """Anonymous writers are asked who they are, everybody with a role hears that there is no such method, or less."""
    clients = {route for _, route in table(CLIENTS)}
    secrets = {role: world.token(role) for role in ROLES}
    for route, view in routes().items():
        if is_page(route) or method in methods(view):
            continue
        address = path(route, values)
        open_to_all = route in clients or table(API).get(("GET", route), ["401"])[0] == "200"
        anonymous = Client().generic(method, address, b"{}", "application/json")
        assert anonymous.status_code == (405 if open_to_all else 401), (method, route)
        for role, secret in secrets.items():
            headers = {"authorization": f"Bearer {secret}"}
            answer = Client().generic(method, address, b"{}", "application/json", headers=headers)
            assert answer.status_code in ((405,) if open_to_all or role == "admin" else (403, 405)), (method, route)


def shown(response: Any) -> str:
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith(("/admin/login", "/login", "/cp/incident/login")):
        return "in"
    assert response.status_code < 500
    return {403: "no", 404: "-", 405: "-"}.get(response.status_code, "yes")


@pytest.mark.parametrize("role", COLUMNS)
def test_pages_by_session(values: dict[str, Any], people: dict[str, User], role: str) -> None:
    address = {**values, "admin": "configs"}

    def ask(method: str, route: str) -> str:
        # A client for each: logging out is one of the rows.
        return shown(client_of(role, people).generic(method, path(PARAMETERS.get(route, route), address)))

    assert compare(table(PAGES), role, ask) == []


def test_a_token_opens_no_page(world: World, values: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {world.token('admin')}"}
    address = {**values, "admin": "configs"}
    anonymous = {row: columns[0] for row, columns in table(PAGES).items()}
    for (method, route), wanted in anonymous.items():
        answer = Client().generic(method, path(PARAMETERS.get(route, route), address), headers=headers)
        assert shown(answer) == wanted, (method, route)


def test_a_login_without_a_role_may_nothing(values: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_user("guest"))
    for (method, route), columns in table(API).items():
        status = client.generic(method, path(route, values), b"{}", "application/json").status_code
        assert status == (200 if columns[0] == "200" else 403), (method, route)


def test_who_must_change_the_password_may_nothing_else(values: dict[str, Any], people: dict[str, User]) -> None:
    mark_temporary(people["admin"])
    for (method, route), columns in table(API).items():
        answer = client_of("admin", people).generic(method, path(route, values), b"{}", "application/json")
        assert answer.status_code == (200 if columns[0] == "200" else 403), (method, route)
    address = {**values, "admin": "configs"}
    open_to_it = {"account", "admin/login/", "admin/logout/", "admin/jsi18n/", "logout"}
    open_to_it |= {route for (_, route), columns in table(PAGES).items() if columns[0] == "yes"}  # to everybody
    for method, route in table(PAGES):
        answer = client_of("admin", people).generic(method, path(PARAMETERS.get(route, route), address))
        is_led_away = answer.headers.get("Location") == "/account"
        assert is_led_away == (route not in open_to_it), (method, route)


def test_tokens_that_are_over_or_never_were(world: World, values: dict[str, Any]) -> None:
    over = world.tick()
    _, expired = access.create_token(name="old", role="admin", days=1, actor=ADA, now=over.replace(year=2020))
    revoked = world.token("admin")
    name = ApiToken.objects.latest("pk").name
    access.revoke_token(name, reason="lost", actor=ADA, now=over)
    for sent in (f"Bearer {expired}", f"Bearer {revoked}", "Bearer", "Bearer ict_x", "Bearer \xff", "bearer x y"):
        clients = {row: ["401"] for row in table(CLIENTS)}
        for (method, route), columns in (table(API) | clients).items():
            answer = Client().generic(
                method, path(route, values), b"{}", "application/json", headers={"authorization": sent}
            )
            assert answer.status_code == int(columns[0]), (sent, method, route)
            assert answer.status_code != 401 or answer["WWW-Authenticate"].startswith("Bearer")


# Who was removed ------------------------------------------------------------------------------------------------------

#: Ways of taking everything away from an admin, without telling anybody: what counts is what is in the database.
REMOVALS: dict[str, Callable[[User], Any]] = {
    "is_active": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "is_staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
    "group": lambda user: user.groups.clear(),
    "permissions of the group": lambda user: Group.objects.get(name="admin").permissions.set([]),
}


@pytest.mark.parametrize("removal", REMOVALS)
def test_what_is_taken_from_a_person_is_gone_at_once_at_all_doors(
    world: World, values: dict[str, Any], people: dict[str, User], removal: str
) -> None:
    """Session, tokens of every role and preview link of somebody who was removed do no more than a stranger."""
    person, browser = people["admin"], client_of("admin", people)
    actor = actor_of_user(person)
    secrets = [access.create_token(name=f"ci-{role}", role=role, actor=actor, now=timezone.now())[1] for role in ROLES]
    link, values["preview"] = access.create_preview_link(
        world.application, reason="look", actor=actor, now=timezone.now()
    )
    bearers = [{"authorization": f"Bearer {secret}"} for secret in secrets]
    assert browser.get("/api/registry").status_code == 200
    assert all(Client().get("/api/registry", headers=bearer).status_code == 200 for bearer in bearers)
    assert Client().get(f"/preview/{values['preview']}").status_code == 200

    REMOVALS[removal](User.objects.get(pk=person.pk))

    assert Client().get(f"/preview/{values['preview']}").status_code == 410
    for route, view in routes().items():
        if is_page(route):
            continue
        for method in methods(view):
            asked = method, path(route, values), b"{}", "application/json"
            stranger = Client().generic(*asked).status_code
            allowed = {stranger} if stranger < 400 else {stranger, 401, 403}
            assert browser.generic(*asked).status_code in allowed, asked
            for bearer in bearers:
                answer = Client().generic(*asked, headers=bearer).status_code
                assert answer in allowed or answer == 401, asked
    if removal in ("is_active", "is_staff"):
        address = {**values, "admin": "configs"}
        for (method, route), columns in table(PAGES).items():
            assert shown(browser.generic(method, path(PARAMETERS.get(route, route), address))) == columns[0]


def test_a_token_that_may_more_than_its_owner_ends_and_the_others_go_on(world: World, people: dict[str, User]) -> None:
    person = people["admin"]
    secrets = {
        role: access.create_token(name=role, role=role, actor=actor_of_user(person), now=timezone.now())[1]
        for role in ROLES
    }
    person.groups.set([Group.objects.get(name="editor")])
    for role, secret in secrets.items():
        answer = Client().get("/api/registry", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == (200 if role in ("viewer", "editor") else 401), role
