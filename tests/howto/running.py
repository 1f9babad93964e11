"""Running the commands of a page of the documents as they are written, against a server as a reader starts it."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.icontrol.test_serve import free_port, get, serving

ROOT = Path(__file__).resolve().parents[2]
HOWTO = ROOT / "docs" / "howto"
#: What a reader types, and what the pages name.
DEFAULT = "http://127.0.0.1:8000"
#: A block of commands, and the block of text right after it; without one the commands show nothing.
STEP = re.compile(r"```(?:ba)?sh\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)


@contextlib.contextmanager
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """A first start; yields the environment in which a reader's shell runs."""
    port = free_port()
    environment = {**environment, "PORT": str(port), "SERVER": f"http://127.0.0.1:{port}"}
    with serving(environment, tmp_path / "server.log") as process:
        assert get(process, port, "/readyz")[0] == 200
        yield environment


def steps(page: str) -> list[tuple[str, str]]:
    """(commands, what they show) of a page."""
    return STEP.findall(page)


def is_shown(text: str, output: str, *, numbers: bool = True) -> bool:
    """Whether the text is the whole output. ``…`` in a line stands for anything there, and alone for any lines.

    Without ``numbers`` one is as good as another: versions and serials go on.
    """
    if not numbers:
        text, output = re.sub(r"\d+", "0", text), re.sub(r"\d+", "0", output)
    lines = [r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in text.splitlines()]
    return re.fullmatch("".join(lines), output) is not None


def shown_as_written(told: Sequence[tuple[str, str]], environment: dict[str, str], *, numbers: bool = True) -> None:
    """Runs all steps in one shell; each block of text is all that its commands said, errors too.

    The shell knows nothing that the page does not say: no ``manage`` and no ``SERVER``. Only the address is another.
    """
    script = "\n".join(["exec 2>&1", *(f"{code}\necho --step--" for code, _ in told)])
    script = script.replace(DEFAULT, environment["SERVER"])
    bare = {name: value for name, value in environment.items() if name != "SERVER"}
    done = subprocess.run(["bash", "-uc", script], cwd=ROOT, env=bare, capture_output=True, text=True)
    outputs = done.stdout.split("--step--\n")
    assert len(outputs) == len(told) + 1, done.stdout
    wrong = [
        f"{code}\nshows\n{output}\nand not\n{text}"
        for (code, text), output in zip(told, outputs, strict=False)
        if not is_shown(text, output, numbers=numbers)
    ]
    assert not wrong, "\n".join(wrong)
