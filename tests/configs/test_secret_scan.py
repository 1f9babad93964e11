from __future__ import annotations

from typing import Any

import pytest

from configs.snapshot.caps import walk
from configs.validation.secrets import SHAPES, secret_problems

# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE",
    "an AWS access key": "key AKIA" + "Z7" * 8,
    "a signed token (JWT)": ".".join(["eyJ" + "hbGciOi", "eyJ" + "zdWIiOi", "a-b_" * 6]).replace("Oi.", "OiJIUz."),
    "a GitHub token": "gh" + "p_" + "aB3" * 12,
    "a GitLab token": "glpat" + "-" + "x" * 20,
    "a Slack token": "xox" + "b-1234567890-abc",
    "a live Stripe key": "sk_" + "live_" + "a1B2" * 6,
    "a Google API key": "AIza" + "x" * 35,
    "an npm token": "npm" + "_" + "a" * 36,
    "an address with a password": "postgres://ada:s3cret@db.example/x",
    "a password or key in plain text": "host=db PASSWORD='hunter22'",
}
HARMLESS = [
    *("Password", "Mot de passe oublié ?", "password=", "secret = …", "https://example.com/a:b@c", "/reset?token=1"),
    *("AKIA", "eyJ.eyJ.eyJ", "sk_test_" + "a1B2" * 6, "pk_live", "#2b6bff", "user:password", "AIza", "asia"),
]


def found(value: Any) -> list[str]:
    problems = list(secret_problems(walk({"theme": {"x": value}}).strings))
    assert all(problem.severity == "warning" and problem.code == "secret.suspected" for problem in problems)
    return [problem.message["en"] for problem in problems]


@pytest.mark.parametrize("what", SECRETS)
def test_secrets_are_suspected_and_never_repeated(what: str) -> None:
    [sentence] = found(SECRETS[what])
    assert f"looks like {what}." in sentence
    assert SECRETS[what][-8:] not in sentence


def test_every_shape_is_tested() -> None:
    assert {shape.what["en"] for shape in SHAPES} == set(SECRETS)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_strings(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("key", "text", "suspected"),
    [
        ("password", "hunter2hunter2", True),
        ("apiKey", "a1b2c3d4e5", True),
        ("smtp_password", "hunter2hunter2", True),
        ("password", "Mot de passe 2", False),
        ("password", "Kennwort", False),
        ("password", "hunter2", False),
        ("passwordLabel", "hunter2hunter2", False),
        ("monkey", "a1b2c3d4e5", False),
        ("token", "a1b2c3d4e5", False),
    ],
)
def test_secrets_by_the_name_of_their_key(key: str, text: str, suspected: bool) -> None:
    assert bool(found({key: text})) == suspected


def test_hostile_strings_are_read_in_one_pass() -> None:
    """Each would take minutes with a pattern that backtracks."""
    for part in ("eyJ", "eyJaaaaaaaaa.", "a://", "password ", "-----BEGIN ", "xoxb", "a1", "_"):
        found({"password": part * 60_000})
