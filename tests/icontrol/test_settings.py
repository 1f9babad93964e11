"""Settings: what the environment may say, and the sentence when it says something else."""

from __future__ import annotations

import ast
import os
import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

import icontrol
from icontrol import environ

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "icontrol" / "settings.py"
PAGE = ROOT / "docs" / "reference" / "settings.md"
KEY = "only-for-tests-" * 5


def variables() -> set[str]:
    """Names that settings.py reads: the first argument of each call of an ``environ`` function, if it is a string."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "environ"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Settings as a fresh process would read them, with only the given variables set."""

    monkeypatch.setattr(environ, "may_make", True)

    def load(**environment: str) -> dict[str, Any]:
        for name in variables():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"ICONTROL_DATA": str(tmp_path / "data"), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SOURCE))

    return load


# --- the page and the program say the same ----------------------------------------------------------------------------
def test_every_variable_is_on_the_page_and_the_page_has_no_other() -> None:
    described = re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(described) == len(set(described))
    assert set(described) == variables()
    assert len(described) >= 15


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for app in ("icontrol", "configs", "releases")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.environ(\.get|\[[^]]*\](?!\s*=))|os\.getenv", path.read_text(encoding="utf-8"))
    }
    assert readers == {"icontrol/environ.py"}


def test_the_version_is_said_twice_and_is_the_same() -> None:
    assert f'\nversion = "{icontrol.__version__}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


# --- defaults ---------------------------------------------------------------------------------------------------------
def test_defaults_need_no_variable_at_all(load: Any, tmp_path: Path) -> None:
    settings = load()
    data = tmp_path / "data"
    assert settings["DEBUG"] is False
    assert (settings["HOST"], settings["PORT"], settings["ICONTROL_WORKERS"]) == ("127.0.0.1", 8000, 2)
    assert settings["ICONTROL_CONNECTIONS"] == 8192
    assert settings["PUBLIC_BASE_URL"] == "http://127.0.0.1:8000"
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["ICONTROL_TRUSTED_PROXIES"] == ()
    assert settings["ICONTROL_CORS_ORIGINS"] == ("*",)
    assert settings["ICONTROL_CHECKPOINTS"] == data / "checkpoints" / "ledger.txt"
    assert settings["ICONTROL_SNAPSHOT_MAX_BYTES"] == 262144
    assert (settings["LANGUAGE_CODE"], settings["TIME_ZONE"]) == ("en", "UTC")
    assert settings["DATABASES"]["default"]["NAME"] == str(data / "icontrol.sqlite3")
    assert settings["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_empty_variable_counts_as_not_set(load: Any) -> None:
    usual = load()
    names = {name for name in variables() if name != "ICONTROL_DATA"}
    empty = load(**dict.fromkeys(names, ""))
    assert {name: empty[name] for name in usual if name.isupper()} == {
        name: usual[name] for name in usual if name.isupper()
    }


def test_a_relative_directory_counts_from_the_project_wherever_one_stands(
    load: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(ICONTROL_CHECKPOINTS="marks.txt")["ICONTROL_CHECKPOINTS"] == ROOT / "marks.txt"


# --- secrets ----------------------------------------------------------------------------------------------------------
def test_the_generated_key_is_kept_and_private(load: Any, tmp_path: Path) -> None:
    first, second = load()["SECRET_KEY"], load()["SECRET_KEY"]
    file = tmp_path / "data" / "secret_key"
    assert first == second == file.read_text().strip()
    assert len(first) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_only_a_process_that_may_make_the_data_directory_makes_it(
    load: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environ, "may_make", False)
    assert len(load()["SECRET_KEY"]) >= 50
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o701, 0o720])
def test_a_data_directory_that_others_may_enter_is_refused_with_the_command_that_mends_it(
    load: Any, tmp_path: Path, mode: int
) -> None:
    data = tmp_path / "two words"
    data.mkdir()
    data.chmod(mode)
    with pytest.raises(ImproperlyConfigured, match=f"mode {mode:04o}") as refusal:
        load(ICONTROL_DATA=str(data))
    assert list(data.iterdir()) == []
    found = re.search(r"Run: (.+?) \(", str(refusal.value))
    assert found is not None
    subprocess.run(found[1], shell=True, check=True)
    load(ICONTROL_DATA=str(data))


def test_what_a_process_makes_is_for_its_owner_only(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    try:
        load()
        assert os.umask(0) == 0o077
    finally:
        os.umask(before)


@pytest.mark.parametrize("key", ["changeme", "k" * 60, "k" * 49 + "abc", "django-insecure-" + KEY, KEY[:49]])
def test_a_key_that_can_be_guessed_is_refused_and_not_repeated(load: Any, key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="^ICONTROL_SECRET_KEY can be guessed") as refusal:
        load(ICONTROL_SECRET_KEY=key)
    assert key not in str(refusal.value)


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from icontrol.environ import kept_secret; "
    program += "print(kept_secret(Path(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(tmp_path / "secret_key")]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    keys = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0] * 6
    assert len(keys) == 1


def test_a_given_key_is_used_and_none_is_written(load: Any, tmp_path: Path) -> None:
    assert load(ICONTROL_SECRET_KEY=KEY)["SECRET_KEY"] == KEY
    assert not (tmp_path / "data" / "secret_key").exists()


# --- the file of settings ---------------------------------------------------------------------------------------------
@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(environ, "given", {})
    file = tmp_path / "icontrol.env"
    file.touch(0o600)
    return file


def test_what_the_environment_does_not_say_the_file_says(load: Any, file: Path) -> None:
    file.write_text(f"# ours\n\nPORT=9000\n ICONTROL_SECRET_KEY = \"{KEY}\"\nHOST='::1'\nICONTROL_TIME_ZONE=\n")
    settings = load(ICONTROL_ENV_FILE=str(file), HOST="127.0.0.1")
    assert (settings["PORT"], settings["SECRET_KEY"], settings["HOST"]) == (9000, KEY, "127.0.0.1")
    assert settings["TIME_ZONE"] == "UTC"
    assert settings["ICONTROL_ENV_FILE"]["PORT"] == "9000"


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("PORT 9000", 0o600, "its line 1 is not NAME=value"),
        ("\nexport PORT=9000", 0o600, "its line 2 is not NAME=value"),
        ("PORT=9000", 0o640, "Run: chmod go-rwx "),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(load: Any, file: Path, text: str, mode: int, why: str) -> None:
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(ImproperlyConfigured, match=f"^ICONTROL_ENV_FILE is .*{why}"):
        load(ICONTROL_ENV_FILE=str(file))
    with pytest.raises(ImproperlyConfigured, match="^ICONTROL_ENV_FILE is .*cannot be read"):
        load(ICONTROL_ENV_FILE=str(file.parent / "nowhere"))


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def test_postgresql_needs_a_key_from_outside(load: Any, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="ICONTROL_SECRET_KEY must be set"):
        load(DATABASE_URL="postgresql://ada:pw@db.example/icontrol")
    assert not (tmp_path / "data" / "secret_key").exists()


def test_postgresql_is_taken_from_the_url(load: Any) -> None:
    url = "postgresql://ada:p%40ss@db.example:5433/icontrol?sslmode=require"
    database = load(DATABASE_URL=url, ICONTROL_SECRET_KEY=KEY)["DATABASES"]["default"]
    assert database["ENGINE"] == "icontrol.kernel.databases.postgresql"
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("ada", "p@ss", "db.example")
    assert (database["PORT"], database["NAME"]) == (5433, "icontrol")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert "pool" not in database["OPTIONS"]
    without = load(DATABASE_URL="postgresql://ada@db.example/icontrol", ICONTROL_SECRET_KEY=KEY, PGPASSWORD="p@ss")
    assert without["DATABASES"]["default"]["PASSWORD"] == "p@ss"


@pytest.mark.parametrize(("value", "pooled"), [("on", True), ("off", False), ("", False)])
def test_the_pool_is_switched_by_its_variable(load: Any, value: str, pooled: bool) -> None:
    database = load(DATABASE_URL="postgresql:///icontrol", ICONTROL_SECRET_KEY=KEY, ICONTROL_DATABASE_POOL=value)
    assert ("pool" in database["DATABASES"]["default"]["OPTIONS"]) is pooled


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ada:hidden@db.example/icontrol",
        "sqlite:///somewhere",
        "postgresql://ada:hidden@db.example",
        "postgresql://ada:hidden@db.example:port/icontrol",
        "postgresql://ada:hidden@[db.example/icontrol",
        "hidden",
    ],
)
def test_a_bad_database_url_is_refused_without_repeating_it(load: Any, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like") as refusal:
        load(DATABASE_URL=url, ICONTROL_SECRET_KEY=KEY)
    assert "hidden" not in str(refusal.value)


# --- https ------------------------------------------------------------------------------------------------------------
def test_https_makes_cookies_secure_and_redirects(load: Any) -> None:
    settings = load(PUBLIC_BASE_URL="https://Icontrol.Example/", ICONTROL_TRUSTED_PROXIES="127.0.0.1")
    assert settings["PUBLIC_BASE_URL"] == "https://icontrol.example"
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid" and settings["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://icontrol.example"]
    assert "icontrol.example" in settings["ALLOWED_HOSTS"]


def test_http_does_none_of_that(load: Any) -> None:
    settings = load()
    assert not settings["SESSION_COOKIE_SECURE"] and not settings["CSRF_COOKIE_SECURE"]
    assert "SESSION_COOKIE_NAME" not in settings and "CSRF_COOKIE_NAME" not in settings
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert not settings["SECURE_SSL_REDIRECT"]


def test_without_a_trusted_proxy_there_is_no_endless_redirect(load: Any) -> None:
    settings = load(PUBLIC_BASE_URL="https://icontrol.example")
    assert settings["SESSION_COOKIE_SECURE"]
    assert not settings["SECURE_SSL_REDIRECT"]


# --- lists, addresses and the rest ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://localhost:9000"),
        ("::", "http://localhost:9000"),
        ("::1", "http://[::1]:9000"),
        ("[::1]", "http://[::1]:9000"),
        ("192.0.2.7", "http://192.0.2.7:9000"),
        ("icontrol.internal", "http://icontrol.internal:9000"),
    ],
)
def test_the_public_address_follows_host_and_port(load: Any, host: str, url: str) -> None:
    settings = load(HOST=host, PORT="9000")
    assert settings["PUBLIC_BASE_URL"] == url
    assert settings["HOST"] == host.strip("[]")


def test_lists_take_commas_and_spaces(load: Any) -> None:
    settings = load(
        ICONTROL_ALLOWED_HOSTS="a.example, b.example c.example",
        ICONTROL_TRUSTED_PROXIES="10.0.0.0/8,2001:db8::1",
        ICONTROL_CORS_ORIGINS="https://app.example, http://localhost:3000",
    )
    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example", "c.example", "127.0.0.1"]
    assert [str(network) for network in settings["ICONTROL_TRUSTED_PROXIES"]] == ["10.0.0.0/8", "2001:db8::1/128"]
    assert settings["ICONTROL_CORS_ORIGINS"] == ("https://app.example", "http://localhost:3000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "1_0"),
        ("PORT", "８０"),
        ("PORT", "-1"),
        ("PORT", "9" * 5000),
        ("HOST", "two words"),
        ("HOST", "http://127.0.0.1"),
        ("HOST", "127.0.0.1:80"),
        ("PUBLIC_BASE_URL", "icontrol.example"),
        ("PUBLIC_BASE_URL", "ftp://icontrol.example"),
        ("PUBLIC_BASE_URL", "https://icontrol.example/below"),
        ("PUBLIC_BASE_URL", "https://icontrol.example?x"),
        ("PUBLIC_BASE_URL", "https://ada:pw@icontrol.example"),
        ("PUBLIC_BASE_URL", "https://icontrol.example:port"),
        ("PUBLIC_BASE_URL", "https://"),
        ("PUBLIC_BASE_URL", "https://[::1"),
        ("ICONTROL_TRUSTED_PROXIES", "proxy.example"),
        ("ICONTROL_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ICONTROL_WORKERS", "0"),
        ("ICONTROL_CONNECTIONS", "63"),
        ("ICONTROL_BODY_SECONDS", "0"),
        ("ICONTROL_LANGUAGE", "de"),
        ("ICONTROL_TIME_ZONE", "Mars/Phobos"),
        ("ICONTROL_TIME_ZONE", "../../etc/passwd"),
        ("ICONTROL_SNAPSHOT_MAX_BYTES", "12"),
        ("ICONTROL_SNAPSHOT_MAX_BYTES", "256KB"),
        ("ICONTROL_CORS_ORIGINS", "app.example"),
        ("ICONTROL_CORS_ORIGINS", "* https://app.example"),
        ("ICONTROL_DATABASE_POOL", "yes"),
        ("ICONTROL_DATA", "/dev/null/data"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence_that_names_the_variable(load: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(**{name: value})
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name} ")
    assert sentence.endswith(".")


def test_the_command_line_shows_the_sentence_and_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "ICONTROL_DATA": str(tmp_path / "data"), "PORT": "eighty"}
    environment["DJANGO_SETTINGS_MODULE"] = "icontrol.settings"
    for command in ("check", "serve"):
        made = subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert made.returncode == 1
        assert made.stderr == "icontrol: PORT must be a whole number from 1 to 65535, not 'eighty'.\n"
