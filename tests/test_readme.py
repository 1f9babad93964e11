"""The five-minute tour of the READMEs, run as written against a server that was started as written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.icontrol.test_serve import free_port, get, serving

ROOT = Path(__file__).resolve().parent.parent
STEP = re.compile(r"```bash\n(.*?)```\n```text\n(.*?)```", re.DOTALL)


def steps(name: str) -> list[tuple[str, str]]:
    return STEP.findall((ROOT / name).read_text())


def test_both_readmes_have_the_same_tour() -> None:
    assert steps("README.md") == steps("README.fr.md")
    assert len(steps("README.md")) == 6


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT RUN: the tour needs curl, which is not installed")
def test_the_tour_does_what_it_shows(process_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "SERVER": f"http://127.0.0.1:{port}"}
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200
        script = "\n".join(f"{code}\necho --step--" for code, _ in steps("README.md"))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout.split("--step--\n")
    for (code, expected), output in zip(steps("README.md"), shown, strict=False):
        for line in expected.splitlines():
            assert line in output, f"{line!r} was not shown by:\n{code}\nbut:\n{output}"


def test_every_link_of_the_readmes_leads_somewhere() -> None:
    for name in ("README.md", "README.fr.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text()):
            if not target.startswith("http"):
                assert (ROOT / target).exists(), f"{name} points to {target}"
