from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.snapshot.canonical import canonical
from flags.engine import compile_flags
from icontrol.kernel.problems import Problem
from releases.gate.decision import Decision, Policy, decide, for_platform, meta_fields, newer
from releases.gate.policy_fields import policy_problems
from tests.configs.test_versions import CHAIN, HOSTILE, INVALID

BASE = {
    "semver": Policy(min_supported="1.4.0", latest="2.0.0"),
    "pep440": Policy(min_supported="1.4", latest="2.0", scheme="pep440"),
    "dotted": Policy(min_supported="1.4", latest="2.0", scheme="dotted"),
}

#: header → where it stands. Each scheme has its own way to write a pre-release.
HEADERS: dict[str, dict[str, list[str | None]]] = {
    "semver": {
        "absent": [None],
        "malformed": ["", "v1.4.0", "1!9.0.0", "01.4.0", "1.4-rc.1", "1.4.0 ", "\uff12.0.0", "9" * 65, "latest"],
        "below": ["0.0.0", "1", "1.3", "1.3.99", "1.4.0-rc.1", "1.4.0-rc.1+z"],
        "between": ["1.4.0", "1.4", "1.4.0+z", "1.4.1-a", "1.10.0", "2.0.0-rc.1"],
        "latest": ["2.0.0", "2", "2.0", "2.0.0+z", "2.0.1-a", "10.0.0"],
    },
    "pep440": {
        "absent": [None],
        "malformed": ["", "1!9.0.0", "0!9.0", "1.4 ", " 1.4", "1.4\n", "\uff12.0", "1.0+é", "9" * 65, "latest", "1.x"],
        "below": ["0", "1", "1.3.99", "1.4rc1", "1.4.dev1", "1.4a0+x"],
        "between": ["1.4", "1.4.0", "1.4+x", "1.4.post1", "1.10", "2.0.0rc1", "2.0.dev0"],
        "latest": ["2", "2.0", "2.0.0", "2.0+x", "2.0.post1", "2.1.dev1", "10"],
    },
    "dotted": {
        "absent": [None],
        "malformed": [
            "",
            "1",
            "1.2.3.4.5",
            "1.4 ",
            "1.4\n",
            "\uff12.0",
            "1.0+é",
            "1.0+",
            "9" * 65,
            "latest",
            "1.4-rc.1",
        ],
        "below": ["0.0", "1.3.99", "v1.3.99.99+x", "01.3"],
        "between": ["1.4", "1.4.0", "v1.4.0.0", "1.4+x", "1.4.0.1", "1.10"],
        "latest": ["2.0", "2.0.0", "V2.0", "2.0+x", "2.0.0.1", "10.0"],
    },
}

#: (standing, enforcement, maintenance) → status, config status, policy status, requires an update, one is available
TABLE: dict[tuple[str, str, bool], tuple[int, int, str, bool, bool]] = {
    ("absent", "hard", False): (200, 200, "UNKNOWN", False, False),
    ("absent", "soft", False): (200, 200, "UNKNOWN", False, False),
    ("absent", "hard", True): (503, 200, "MAINTENANCE", False, False),
    ("absent", "soft", True): (503, 200, "MAINTENANCE", False, False),
    ("malformed", "hard", False): (400, 400, "MALFORMED", False, False),
    ("malformed", "soft", False): (400, 400, "MALFORMED", False, False),
    ("malformed", "hard", True): (400, 400, "MALFORMED", False, False),
    ("malformed", "soft", True): (400, 400, "MALFORMED", False, False),
    ("below", "hard", False): (426, 426, "HARD_BLOCK", True, True),
    ("below", "soft", False): (200, 200, "SOFT_BLOCK", False, True),
    ("below", "hard", True): (503, 200, "MAINTENANCE", False, True),
    ("below", "soft", True): (503, 200, "MAINTENANCE", False, True),
    ("between", "hard", False): (200, 200, "OK", False, True),
    ("between", "soft", False): (200, 200, "OK", False, True),
    ("between", "hard", True): (503, 200, "MAINTENANCE", False, True),
    ("between", "soft", True): (503, 200, "MAINTENANCE", False, True),
    ("latest", "hard", False): (200, 200, "OK", False, False),
    ("latest", "soft", False): (200, 200, "OK", False, False),
    ("latest", "hard", True): (503, 200, "MAINTENANCE", False, False),
    ("latest", "soft", True): (503, 200, "MAINTENANCE", False, False),
}

FULL: dict[str, Any] = {
    "latest": "2.0.0",
    "minSupported": "1.4.0",
    "enforcement": "soft",
    "message": {"fr": "Mettez à jour.", "en": "Please update."},
    "url": "https://example.org/app",
    "maintenance": True,
    "maintenanceMessage": {"fr": "Patience.", "en": "Please wait."},
    "retryAfter": 30,
    "safeMode": True,
    "capabilities": ["offline", "sso"],
    "pollAfter": 5,
    "scheme": "pep440",
}

URLS_GOOD = (
    "",
    "https://example.org",
    "HTTPS://Example.org/a?b=c#d",
    "http://127.0.0.1:8000/",
    "http://[::1]/x",
    "https://exemple.fr/é",
    "https://a/" + "x" * 1990,
    "itms-apps://apps.apple.com/app/id1",
    "market://details?id=org.example",
    "market:details",
    "itms-services://?action=download-manifest&url=https://example.org/a.plist",
    "ms-windows-store://pdp/?ProductId=9",
)
URLS_BAD = (
    "example.org",
    "/download",
    "//example.org/x",
    "https:",
    "https://",
    "https:///x",
    "https:example.org",
    "http://a:99999/",
    "http://a:0/",
    "http://a:b/",
    "http://[",
    "http://[::1",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org",
    "market:",
    " https://example.org",
    "https://example.org ",
    "https://exa mple.org",
    "https://example.org/\n",
    "https://example.org/\u2028",
    "https://example.org/\x7f",
    'https://example.org/"onclick',
    "https://example.org/<b>",
    "https:\\\\example.org",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
version_texts = st.sampled_from(["0.0.0", "1", "1.4", "1.4.0", "1.4.0-rc.1", "10"])
seconds = st.integers(1, 86_400)
good_policies = st.fixed_dictionaries(
    {},
    optional={
        "latest": version_texts,
        "minSupported": version_texts,
        "enforcement": st.sampled_from(["hard", "soft"]),
        "message": texts | st.dictionaries(st.sampled_from(["fr", "en", "pt-BR"]), texts),
        "url": st.sampled_from(URLS_GOOD),
        "maintenance": st.booleans(),
        "retryAfter": seconds,
        "safeMode": st.booleans(),
        "capabilities": st.lists(texts, max_size=3, unique=True),
        "pollAfter": seconds,
        "scheme": st.sampled_from(["semver", "pep440"]),  # all of which read the versions above
    },
)
odd_policies = st.dictionaries(st.sampled_from([*Policy().as_json(), "mystery"]), json_values)


def found(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in problems]


def check_one(**keys: Any) -> list[tuple[str, str]]:
    return found(policy_problems({"default": keys}))


# The decision -------------------------------------------------------------------------------------------------------


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(product(HEADERS["semver"], ("hard", "soft"), (False, True)))


@pytest.mark.parametrize("scheme", ["semver", "pep440", "dotted"])
@pytest.mark.parametrize(("standing", "enforcement", "maintenance"), TABLE)
def test_decision_table(scheme: str, standing: str, enforcement: Any, maintenance: bool) -> None:
    policy = replace(BASE[scheme], enforcement=enforcement, maintenance=maintenance)
    for header in HEADERS[scheme][standing]:
        got = decide(policy, header)
        assert (
            got.status,
            got.config_status,
            got.policy_status,
            got.requires_update,
            got.update_available,
        ) == TABLE[standing, enforcement, maintenance], header
        assert (got.client_version is None) == (standing in ("absent", "malformed")), header


def test_hard_is_the_default() -> None:
    assert decide(Policy(min_supported="1.0.0", latest="1.0.0"), "0.9.0").status == 426


def test_a_new_policy_lets_everybody_on_and_offers_nothing() -> None:
    assert decide(Policy(), "0.0.0") == Decision(200, 200, "OK", client_version="0.0.0")


@pytest.mark.parametrize(
    ("scheme", "header", "shown"),
    [("semver", "1.4", "1.4.0"), ("semver", "2.0.0-rc.1+b", "2.0.0-rc.1+b"), ("pep440", "01.4-RC1", "1.4rc1")],
)
def test_the_version_is_echoed_as_it_was_understood(scheme: str, header: str, shown: str) -> None:
    assert decide(BASE[scheme], header).client_version == shown


def test_the_gate_follows_the_published_precedence() -> None:
    for at, minimum in enumerate(CHAIN):
        policy = Policy(min_supported=minimum, latest=CHAIN[-1])
        for index, version in enumerate(CHAIN):
            for header in (version, version + "+build"):
                assert decide(policy, header).status == (426 if index < at else 200), (minimum, header)
                assert decide(policy, header).update_available == (index < len(CHAIN) - 1)


def test_pep440_orders_what_semver_orders_otherwise() -> None:
    policy = Policy(min_supported="1.0.0", latest="1.0.0")
    assert decide(replace(policy, scheme="pep440"), "1.0.0-1").policy_status == "OK"  # a post-release
    assert decide(policy, "1.0.0-1").policy_status == "HARD_BLOCK"  # a pre-release


def test_sixty_four_characters_under_pep440_too() -> None:
    assert decide(BASE["pep440"], "2" * 64).status == 200
    assert decide(BASE["pep440"], "2" * 65).status == 400
    assert decide(BASE["pep440"], "2" * 63 + "c").status == 400  # its normal form ends in rc0


def test_newer_in_its_scheme() -> None:
    assert newer("semver", "1.10", "1.9.0")
    assert not newer("semver", "1.9.0", "1.9")
    assert not newer("semver", "1.0.0-1", "1.0.0")
    assert newer("pep440", "1.0.0-1", "1.0.0")
    assert not newer("pep440", "2.0.0-x.y", "1.0.0")  # a config version that only SemVer can read


def test_an_epoch_does_not_sail_through() -> None:
    assert decide(BASE["pep440"], "1!1.0.0").status == 400
    assert check_one(scheme="pep440", latest="1!1.0") == [("/default/latest", "policy.version")]


@pytest.mark.parametrize("maintenance", [False, True])
@pytest.mark.parametrize("header", [*HOSTILE, *INVALID], ids=lambda text: ascii(text[:40]))
def test_hostile_headers_are_refused(header: str, maintenance: bool) -> None:
    assert decide(replace(BASE["semver"], maintenance=maintenance), header) == Decision(400, 400, "MALFORMED")


@pytest.mark.parametrize("header", [*HOSTILE, *INVALID], ids=lambda text: ascii(text[:40]))
def test_hostile_headers_never_raise_under_pep440(header: str) -> None:
    assert decide(BASE["pep440"], header).status in (200, 400, 426)


@given(
    st.text() | st.text(alphabet="0123456789.!+-_abcrvdepost", max_size=70),
    st.sampled_from(["semver", "pep440", "dotted"]),
)
def test_no_header_raises(header: str, scheme: str) -> None:
    got = decide(BASE[scheme], header)
    if got.status == 400:
        assert got.client_version is None
    else:
        assert got.client_version is not None
        assert len(got.client_version) <= 64
        assert decide(BASE[scheme], got.client_version) == got


# Platforms, and the answer's fields ----------------------------------------------------------------------------------

POLICIES = {"default": {"latest": "1.0.0"}, "ios": {"latest": "3.0.0"}, "web-k": {}}


@pytest.mark.parametrize(
    ("header", "name", "latest"),
    [
        ("ios", "ios", "3.0.0"),
        ("iOS", "ios", "3.0.0"),
        ("IOS", "ios", "3.0.0"),
        ("web-k", "web-k", "0.0.0"),
        ("default", "default", "1.0.0"),
        (None, "default", "1.0.0"),
        ("", "default", "1.0.0"),
        ("android", "default", "1.0.0"),
        (" ios", "default", "1.0.0"),
        ("ios\0", "default", "1.0.0"),
        ("web-\u212a", "default", "1.0.0"),  # the Kelvin sign's lower case is an ASCII k
        ("i" * 1_000_000, "default", "1.0.0"),
        ("\ud800", "default", "1.0.0"),
        ("__proto__", "default", "1.0.0"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_platform(header: str | None, name: str, latest: str) -> None:
    got, policy = for_platform(POLICIES, header)
    assert (got, policy.latest) == (name, latest)


def test_without_any_policy_everybody_goes_on() -> None:
    assert for_platform({}, "ios") == ("default", Policy())


@given(st.text())
def test_any_platform_is_one_of_few(header: str) -> None:
    assert for_platform(POLICIES, header)[0] in POLICIES


def test_json_there_and_back() -> None:
    assert policy_problems({"default": FULL}) == []
    policy = Policy.from_json(FULL)
    assert policy.as_json() == {**FULL, "latest": "2.0.0", "minSupported": "1.4.0"}
    assert Policy.from_json(policy.as_json()) == policy
    assert policy.as_json()["message"] is not policy.message


def test_json_is_complete_and_has_the_documented_defaults() -> None:
    assert Policy.from_json({}) == Policy()
    assert Policy().as_json() == {
        "latest": "0.0.0",
        "minSupported": "0.0.0",
        "enforcement": "hard",
        "message": "",
        "url": "",
        "maintenance": False,
        "maintenanceMessage": "",
        "retryAfter": 120,
        "safeMode": False,
        "capabilities": [],
        "pollAfter": 60,
        "scheme": "semver",
    }
    assert policy_problems({"default": Policy().as_json()}) == []


def test_versions_are_normalised_in_their_scheme() -> None:
    assert Policy.from_json({"latest": "1.4", "minSupported": "1"}).as_json()["latest"] == "1.4.0"
    assert Policy.from_json({"latest": "1.4-RC1", "scheme": "pep440"}).latest == "1.4rc1"


def test_meta_fields() -> None:
    policy = replace(Policy.from_json(FULL), maintenance=False, enforcement="hard")
    assert meta_fields(
        policy,
        decide(policy, "1.3"),
        platform="ios",
        accepted="fr",
        locale="en",
        serial=7,
        published_config_version="1.0.3",
    ) == {
        "latest": "2.0.0",
        "minSupported": "1.4.0",
        "message": "Mettez à jour.",
        "url": "https://example.org/app",
        "publishedConfigVersion": "1.0.3",
        "requiresUpdate": True,
        "policyStatus": "HARD_BLOCK",
        "updateAvailable": True,
        "serial": 7,
        "platform": "ios",
        "clientVersion": "1.3",
        "safeMode": True,
        "capabilities": ["offline", "sso"],
        "pollAfter": 5,
    }


@pytest.mark.parametrize(
    ("message", "language", "shown"),
    [
        ("Hello", "fr", "Hello"),
        ("", "fr", ""),
        ({"fr": "Salut", "en": "Hello"}, "fr", "Salut"),
        ({"fr": "Salut", "en": "Hello"}, "fr-CA", "Salut"),
        ({"fr": "Salut", "fr-CA": "Allô"}, "fr-CA", "Allô"),
        ({"fr": "Salut", "en": "Hello"}, "de", "Hello"),
        ({"fr": "", "en": "Hello"}, "fr", "Hello"),
        ({"de": "", "it": "Ciao"}, "fr", "Ciao"),
        ({"de": ""}, "fr", ""),
        ({}, "fr", ""),
    ],
)
def test_message_in_the_readers_language(message: Any, language: str, shown: str) -> None:
    policy = Policy(message=message, min_supported="1.0.0", latest="1.0.0")
    fields = meta_fields(
        policy,
        decide(policy, "0.9.0"),
        platform="default",
        accepted=language,
        locale="en",
        serial=0,
        published_config_version=None,
    )
    assert fields["message"] == shown
    assert fields["publishedConfigVersion"] is None


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        (None, "UNKNOWN", ""),
        ("2.0.0", "OK", ""),
        ("1.9.0", "OK", ""),  # a newer one is there: updateAvailable says so
        ("1.0.0", "HARD_BLOCK", "update"),
        ("1.0.0", "SOFT_BLOCK", "update"),
        ("oops", "MALFORMED", ""),
        *((version, "MAINTENANCE", "wait") for version in (None, "2.0.0", "1.0.0")),
    ],
)
def test_message_only_when_there_is_something_to_say(version: str | None, status: str, said: str) -> None:
    policy = Policy(
        latest="2.0.0",
        min_supported="1.5.0",
        enforcement="soft" if status == "SOFT_BLOCK" else "hard",
        maintenance=status == "MAINTENANCE",
        message="update",
        maintenance_message="wait",
    )
    decision = decide(policy, version)
    fields = meta_fields(
        policy, decision, platform="default", accepted="", locale="en", serial=1, published_config_version=None
    )
    assert (fields["policyStatus"], fields["message"]) == (status, said)


# What an author may write ---------------------------------------------------------------------------------------------


def test_the_smallest_policies() -> None:
    assert policy_problems({"default": {}}) == []
    assert policy_problems({"default": {}, "ios": {}, "web_2.x-y": {}, "0": {}}) == []


@pytest.mark.parametrize("policies", [None, [], "default", 1, True])
def test_policies_are_an_object(policies: Any) -> None:
    assert found(policy_problems(policies)) == [("", "policy.type")]


@pytest.mark.parametrize("policy", [None, [], "hard", 1, True])
def test_a_policy_is_an_object(policy: Any) -> None:
    assert found(policy_problems({"default": policy})) == [("/default", "policy.type")]


def test_default_is_required() -> None:
    assert found(policy_problems({})) == [("", "policy.missing")]
    assert found(policy_problems({"ios": {}})) == [("", "policy.missing")]


@pytest.mark.parametrize("name", ["", "iOS", "-x", ".x", "a b", "a/b", "é", "a\n", "a" * 33, "\uff11", "__proto__"])
def test_platform_names(name: str) -> None:
    [(_, code)] = found(policy_problems({"default": {}, name: {}}))
    assert code == "policy.platform_name"


def test_pointers_are_escaped() -> None:
    assert found(policy_problems({"default": {"x/y~z": 1}})) == [("/default/x~1y~0z", "policy.unknown_key")]


def test_platforms_are_counted() -> None:
    assert policy_problems({"default": {}, **{f"p{n}": {} for n in range(31)}}) == []
    assert found(policy_problems({"default": {}, **{f"p{n}": {} for n in range(32)}})) == [("", "policy.too_many")]


def each(keys: str, values: Iterable[Any], code: str) -> list[tuple[str, Any, str]]:
    return [(key, value, code) for key in keys.split() for value in values]


BAD = [
    *each("latest minSupported", (None, 1, 1.4, [], {}, True), "type"),
    *each("latest minSupported", (*HOSTILE, *INVALID), "version"),
    *each("enforcement", ("", "HARD", "hard ", None, 1, True, [], {}, ["hard"]), "choice"),
    *each("scheme", ("", "SemVer", "calver", None, 1, [], {}), "choice"),
    *each("maintenance safeMode", (None, 0, 1, "true", [], {}), "type"),
    *each("retryAfter pollAfter", (0, -1, 86_401, 10**30), "range"),
    *each("retryAfter pollAfter", (None, 1.0, 1.5, "60", True, [], {}), "type"),
    *each("message maintenanceMessage", (None, 1, True, []), "type"),
    *each("message maintenanceMessage", ["x" * 2_001], "too_long"),
    *each("message maintenanceMessage", ("a\0b", "\ud800", "\udfff"), "characters"),
    *each(
        "message maintenanceMessage", [{f"a{chr(97 + n // 26)}{chr(97 + n % 26)}": "" for n in range(33)}], "too_many"
    ),
    *each("url", (None, 1, True, [], {}), "type"),
    *each("url", URLS_BAD, "url"),
    *each("url", ["https://a/" + "x" * 1_991], "too_long"),
    *each("url", ["https://a/\ud800"], "characters"),
    *each("capabilities", (None, 1, "offline", {}), "type"),
    *each("capabilities", [[f"c{n}" for n in range(65)]], "too_many"),
    *each("min_supported Latest __proto__ é", [1], "unknown_key"),
]


@pytest.mark.parametrize(("key", "value", "code"), BAD, ids=lambda value: ascii(value)[:30])
def test_one_bad_value_is_one_problem(key: str, value: Any, code: str) -> None:
    assert check_one(**{key: value}) == [(f"/default/{key}", f"policy.{code}")]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("url", url) for url in URLS_GOOD),
        *(("latest", version) for version in ("0", "1.4", "9.9.9-rc.1")),
        *((key, value) for key in ("retryAfter", "pollAfter") for value in (1, 86_400)),
        ("message", "x" * 2_000),
        ("message", "Zeile 1\nZeile 2 🚀"),
        ("message", {}),
        ("message", {"fr": "", "en": "x" * 2_000, "pt-BR": "y", "zh-Hant-TW": "z", "gsw": "ü"}),
        ("capabilities", [f"c{n}" for n in range(64)]),
        ("capabilities", ["x" * 100]),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_good_values(key: str, value: Any) -> None:
    assert check_one(**{key: value}) == []


@pytest.mark.parametrize("locale", ["", "f", "FR", "fr_CA", "french", "fr-", "fr-é", "__proto__", "en\n"])
def test_a_language_is_a_tag(locale: str) -> None:
    assert check_one(message={locale: "x"}) == [(f"/default/message/{locale}", "policy.locale")]


def test_each_message_and_each_capability_is_looked_at() -> None:
    assert check_one(
        message={"fr": None, "en": "x" * 2_001, "de": "\0"}, capabilities=["a", 1, "b", "a", "x" * 101]
    ) == [
        ("/default/message/fr", "policy.type"),
        ("/default/message/en", "policy.too_long"),
        ("/default/message/de", "policy.characters"),
        ("/default/capabilities/1", "policy.type"),
        ("/default/capabilities/3", "policy.duplicate"),
        ("/default/capabilities/4", "policy.too_long"),
    ]


def test_all_problems_at_once_in_the_order_of_the_document() -> None:
    assert found(
        policy_problems(
            {
                "iOS": {"latest": "v1", "mystery": 1, "retryAfter": 0},
                "web": {"minSupported": "3.0.0", "latest": "2.9.1", "url": "x"},
            }
        )
    ) == [
        ("", "policy.missing"),
        ("/iOS", "policy.platform_name"),
        ("/iOS/mystery", "policy.unknown_key"),
        ("/iOS/retryAfter", "policy.range"),
        ("/iOS/latest", "policy.version"),
        ("/web/url", "policy.url"),
        ("/web/minSupported", "policy.unsatisfiable"),
    ]


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ({"minSupported": "3.0.0", "latest": "2.9.1"}, True),
        ({"minSupported": "3.0.0", "latest": "2.9.1", "enforcement": "soft"}, True),
        ({"minSupported": "3.0.0"}, True),  # latest is 0.0.0 then, whatever another platform says
        ({"minSupported": "3.0.0", "latest": "3.0.0-rc.1"}, True),
        ({"minSupported": "1.0.0-rc.1", "latest": "1.0.0-beta.11"}, True),
        ({"minSupported": "1.10.0", "latest": "1.9.0"}, True),
        ({"minSupported": "1.0+x", "latest": "1.0", "scheme": "pep440"}, True),
        ({"minSupported": "1.0.0-1", "latest": "1.0.0", "scheme": "pep440"}, True),
        ({"minSupported": "1.0.0-1", "latest": "1.0.0"}, False),
        ({"minSupported": "3", "latest": "3.0.0"}, False),
        ({"minSupported": "3.0.0+z", "latest": "3.0.0+a", "scheme": "dotted"}, True),
        ({"minSupported": "1.9.0", "latest": "1.10.0"}, False),
        ({"latest": "1.0.0"}, False),
    ],
)
def test_a_minimum_that_nobody_can_install(policy: dict[str, Any], refused: bool) -> None:
    expected = [("/ios/minSupported", "policy.unsatisfiable")] if refused else []
    assert found(policy_problems({"default": {"latest": "9.0.0"}, "ios": policy})) == expected


def test_the_sentence_for_a_minimum_that_nobody_can_install() -> None:
    [problem] = policy_problems({"default": {"minSupported": "3", "latest": "2.9.1"}})
    assert problem.severity == "error"
    assert problem.message == {
        "en": "Nobody can install 3.0.0: the newest is 2.9.1. Lower the minimum, or raise the latest version.",
        "fr": "Personne ne peut installer 3.0.0 : la version la plus récente est 2.9.1. "
        "Abaissez le minimum ou relevez la dernière version.",
    }


def test_a_malformed_bound_is_not_called_unsatisfiable_as_well() -> None:
    assert check_one(minSupported="3.0.0", latest="v2") == [("/default/latest", "policy.version")]
    assert check_one(minSupported="3.0.0", latest=2) == [("/default/latest", "policy.type")]
    assert check_one(minSupported="x", latest="y", scheme="calver") == [("/default/scheme", "policy.choice")]


@given(json_values | st.dictionaries(st.sampled_from(["default", "ios", "Web", ""]), odd_policies | json_values))
def test_any_json_has_problems_or_is_policies(policies: Any) -> None:
    problems = policy_problems(policies)
    for problem in problems:
        assert problem.code.startswith("policy.")
        assert problem.message["en"] and problem.message["fr"]
    assert problems or "default" in policies


@given(good_policies, st.none() | st.text() | version_texts | st.just("2.0.0+b"))
def test_what_is_accepted_can_be_used(policy: dict[str, Any], header: str | None) -> None:
    problems = found(policy_problems({"default": {}, "ios": policy}))
    assert problems in ([], [("/ios/minSupported", "policy.unsatisfiable")])
    name, used = for_platform({"default": {}, "ios": policy}, "iOS")
    fields = meta_fields(
        used,
        decide(used, header),
        platform=name,
        accepted="fr",
        locale="en",
        serial=1,
        published_config_version="1.0.0",
    )
    canonical({"policy": used.as_json(), "fields": fields})  # can be stored and hashed
    assert Policy.from_json(used.as_json()) == used
    assert found(policy_problems({"default": {}, "ios": used.as_json()})) == problems


DOTTED = Policy(min_supported="1.0.0+16", latest="v1.4.2.17", scheme="dotted")


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("1.0.0+15", "HARD_BLOCK"),
        ("1.0.0", "HARD_BLOCK"),
        ("1.0.0+16", "OK"),
        ("v1.0+16", "OK"),
        ("1.0.0+16.1", "OK"),
        ("1.0.0.1", "OK"),
        ("1.10", "OK"),
        ("1", "MALFORMED"),
        ("1.2.3.4.5", "MALFORMED"),
        ("1.2.3-rc.1", "MALFORMED"),
        ("1.2+", "MALFORMED"),
    ],
)
def test_a_platform_that_counts_builds(version: str, status: str) -> None:
    assert decide(DOTTED, version).policy_status == status
    # The flags' conditions say the same of the same versions.
    wanted = {"attribute": "clientVersion", "operator": "dottedGte", "values": ["1.0.0+16"]}
    rules = [{"id": "r", "conditions": [wanted], "variant": "on"}]
    flag = {"key": "it", "type": "boolean", "state": "ON", "defaultVariant": "off", "rules": rules}
    found = compile_flags({"featureFlags": [flag]}).evaluate("it", {"clientVersion": version}, now=datetime.now(UTC))
    assert found.value is (status == "OK")


@pytest.mark.parametrize(("text", "normal"), [("v1.4", "1.4.0"), ("1.4.2.0+45", "1.4.2+45"), ("1.4.2.17", "1.4.2.17")])
def test_dotted_versions_have_one_form(text: str, normal: str) -> None:
    assert decide(DOTTED, text).client_version == normal == decide(DOTTED, normal).client_version
    assert check_one(scheme="dotted", minSupported=text, latest=text) == []


def test_a_build_in_a_bound_of_semver_is_refused_and_not_passed_over() -> None:
    assert check_one(minSupported="1.0.0+16", latest="1.4.0+16") == [
        ("/default/latest", "policy.build"),
        ("/default/minSupported", "policy.build"),
    ]
    assert check_one(scheme="dotted", minSupported="1.0.0+16", latest="1.4.0+16") == []
    assert check_one(minSupported="1.0.0+16", latest="1.0.0+15", scheme="dotted") == [
        ("/default/minSupported", "policy.unsatisfiable")
    ]
