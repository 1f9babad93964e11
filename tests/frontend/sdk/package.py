"""``make sdk``: the SDK as npm publishes it, in ``var/sdk/``: the modules as they are, their types in ``types/``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.frontend.javascript import ROOT, SDK, tool


def make(target: Path) -> None:
    """``target``: a folder that is made anew."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in [*SDK.glob("*.js"), SDK / "package.json", ROOT / "LICENSE"]:
        shutil.copy(file, target)
    options = ["--allowJs", "--declaration", "--emitDeclarationOnly", "--skipLibCheck", "--target", "es2022"]
    options += ["--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2023,dom,dom.iterable"]
    tool("tsc", *options, "--outDir", str(target / "types"), *map(str, sorted(target.glob("*.js"))))


if __name__ == "__main__":
    make(ROOT / "var" / "sdk")
    sys.stdout.write("var/sdk is ready: npm publish var/sdk\n")
