"""Running the commands of a page of the documents as they are written, against a server as a reader starts it."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.icontrol.test_serve import free_port, get, serving

ROOT = Path(__file__).resolve().parents[2]
HOWTO = ROOT / "docs" / "howto"
MANAGE = 'manage() { .venv/bin/python manage.py "$@"; }'


@contextlib.contextmanager
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """A first start; yields the environment in which a reader's shell runs."""
    port = free_port()
    environment = {**environment, "PORT": str(port), "SERVER": f"http://127.0.0.1:{port}"}
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200
        yield environment


def steps(page: str, language: str = "sh") -> list[tuple[str, str]]:
    """(commands, what they show) of a page: a block of code and the block of text right after it."""
    return re.findall(rf"```{language}\n(.*?)```\n```text\n(.*?)```", page, re.DOTALL)


def shown_as_written(page: str, environment: dict[str, str]) -> None:
    """Runs all steps in one shell; every line of each block of text is in what its commands said."""
    told = steps(page)
    script = "\n".join([MANAGE, *(f"{code}\necho --step--" for code, _ in told)])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = done.stdout.split("--step--\n")
    missing = [
        f"{line!r} was not shown by:\n{code}\nbut:\n{output}"
        for (code, expected), output in zip(told, outputs, strict=False)
        for line in expected.splitlines()
        if line not in output
    ]
    assert not missing, "\n".join(missing)
