"""``make lint``: every check that needs no database, one after the other, all of them even if one fails.

``--write`` (``make docs``) writes the generated documents instead of comparing them.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
# A production server behind a proxy, as `check --deploy` should see it. Nothing is connected to.
PRODUCTION = {
    "DATABASE_URL": "postgresql://icontrol@localhost/icontrol",
    "ICONTROL_SECRET_KEY": "lint-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ICONTROL_TRUSTED_PROXIES": "127.0.0.1",
    "PUBLIC_BASE_URL": "https://icontrol.example",
}
CHECKS: Sequence[tuple[str, list[str], Mapping[str, str]]] = (
    ("ruff check", ["-m", "ruff", "check"], {}),
    ("ruff format", ["-m", "ruff", "format", "--check"], {}),
    ("types (mypy)", ["-m", "mypy"], {}),
    ("imports (import-linter)", ["-c", "import importlinter.cli as cli; cli.lint_imports_command(['--no-logo'])"], {}),
    ("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
)
OPENAPI = ("spectacular", "--validate", "--fail-on-warn", "--custom-settings", "tests.examples.SETTINGS")
DOCUMENTS = (
    ("OpenAPI", Path("docs/reference/openapi.yaml"), ["manage.py", *OPENAPI]),
    ("state diagram", Path("docs/reference/states.md"), ["manage.py", "state_diagram"]),
    ("refusals", Path("docs/reference/errors.md"), ["-m", "tests.house.errors_page"]),
    ("picture of the imports", Path("docs/architecture.md"), ["-m", "tests.house.architecture_page"]),
    ("findings", Path("docs/reference/verification.md"), ["-m", "tests.house.findings_page"]),
)


def main(arguments: list[str]) -> int:
    write = arguments == ["--write"]
    failed = []
    with tempfile.TemporaryDirectory(prefix="icontrol-lint-") as data:
        base = {name: value for name, value in os.environ.items() if not name.startswith("ICONTROL_")}
        for name in ("DATABASE_URL", "HOST", "PORT", "PUBLIC_BASE_URL"):
            base.pop(name, None)
        base["ICONTROL_DATA"] = data
        for name, command, extra in () if write else CHECKS:
            print(f"lint: {name}", flush=True)
            if subprocess.run([PYTHON, *command], cwd=ROOT, env={**base, **extra}).returncode:
                failed.append(name)
        for name, path, command in DOCUMENTS:
            print(f"{'docs' if write else 'lint'}: {name}, {path}", flush=True)
            if not document(path, command, base, write=write):
                failed.append(name)
    print(f"lint: failed: {', '.join(failed)}" if failed else "lint: all is well", flush=True)
    return 1 if failed else 0


def document(path: Path, command: list[str], environment: Mapping[str, str], *, write: bool) -> bool:
    """Whether the generated text is the one in the tree; with ``write`` it becomes so."""
    made = subprocess.run([PYTHON, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    if made.returncode:
        return False
    kept = ROOT / path
    if write:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(made.stdout, encoding="utf-8")
        return True
    before = kept.read_text(encoding="utf-8") if kept.exists() else ""
    if before == made.stdout:
        return True
    names = (str(path), "generated")
    difference = list(difflib.unified_diff(before.splitlines(), made.stdout.splitlines(), *names, lineterm=""))
    print("\n".join(difference[:60]))
    print(f"{path} is not what the program generates: run `make docs` and read the difference.")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
