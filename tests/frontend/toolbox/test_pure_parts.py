"""Parts of the Toolbox that need no browser: places, pasted ids, colours, tokens, the schema. Node runs their tests."""

from pathlib import Path

from tests.frontend.javascript import run_tests

HERE = Path(__file__).resolve().parent


def test_pure_parts_of_the_forms() -> None:
    run_tests(*(HERE / f"{name}.test.mjs" for name in ("places", "id-cleaning", "color")))
