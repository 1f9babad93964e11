"""``make dev`` starts, follows the sources, shows the queries when asked, and its workers can be debugged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.servers import until
from tests.dev.__main__ import ACCOUNT, SOURCES
from tests.icontrol.test_serve import PATIENCE_SECONDS, ROOT, free_port, get, serving

pytestmark = pytest.mark.slow
COMMAND = ("-m", "tests.dev")


def environment_of(desk: dict[str, str], root: Path) -> dict[str, str]:
    """As a person has it who types ``make dev``: the settings are those of the desk."""
    ours = {name: value for name, value in desk.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**ours, "PORT": str(free_port()), "PYTHONPATH": str(root)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "copy"
    root.mkdir()
    for source in {*SOURCES, "tests"}:
        place = ROOT / source
        if place.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules", "golden", "vectors")
            shutil.copytree(place, root / source, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(place, root / source)
    return root


def test_it_follows_the_sources(copy: Path, process_environment: dict[str, str], tmp_path: Path) -> None:
    environment = environment_of(process_environment, copy)
    port, output = int(environment["PORT"]), tmp_path / "output"
    page, module = copy / "templates" / "frontend" / "shell" / "base.html", copy / "icontrol" / "guard.py"
    program = module.read_text()

    def heading(text: str) -> bool:
        return f"<h1>{text}".encode() in get(dev, port, "/login")[1]

    with serving(environment, output, COMMAND) as dev:
        assert get(dev, port, "/readyz")[0] == 200
        assert get(dev, port, "/meta/release")[0] == 200  # the demo is live
        script = copy / "frontend" / "static" / "frontend" / "lib.js"
        script.write_text("// edited")
        assert get(dev, port, "/static/frontend/lib.js") == (200, b"// edited")
        page.write_text(page.read_text().replace("<h1>", "<h1>Changed: "))
        until(lambda: heading("Changed: "), "the change is served")
        module.write_text("this is no Python")
        until(lambda: "SyntaxError" in output.read_text(), "the mistake is on the screen")
        page.write_text(page.read_text().replace("Changed: ", "Mended: "))
        module.write_text(program)
        until(lambda: heading("Mended: "), "the mended program is served")
        dev.terminate()
        dev.wait(PATIENCE_SECONDS)
    said = output.read_text()
    assert "templates/frontend/shell/base.html changed" in said and ACCOUNT[1] in said
    assert "SELECT" not in said


def test_the_queries_are_shown_when_asked(process_environment: dict[str, str], tmp_path: Path) -> None:
    environment = {**environment_of(process_environment, ROOT), "SQL": "1"}
    output = tmp_path / "output"
    with serving(environment, output, COMMAND) as dev:
        assert get(dev, int(environment["PORT"]), "/meta/release")[0] == 200
        assert "SELECT" in output.read_text()


def test_a_process_without_a_terminal_for_its_input_can_be_debugged() -> None:
    near, far = os.openpty()
    code = f"import os\nos.open({os.ttyname(far)!r}, os.O_RDWR)\nfound = 41\nbreakpoint()\nprint(found)"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONBREAKPOINT": "tests.dev.debugger.stop_here"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,  # whose terminal is the first one that it opens
    )
    os.write(near, b"found = 42\ncontinue\n")
    assert process.communicate(timeout=PATIENCE_SECONDS)[0] == b"42\n"
    os.close(near)
    os.close(far)
