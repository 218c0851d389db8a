"""The maps of the tests tell the truth: a test that they name exists, and each test is on one."""

import re

import pytest

from support.documents import section
from support.node import ROOT

TESTS = ROOT / "tests"
INTEGRATION = TESTS / "integration"
THEMES = sorted(x.name for x in INTEGRATION.iterdir() if list(x.glob("test_*.py")))


@pytest.mark.parametrize("theme", THEMES)
def test_each_file_of_a_theme_is_on_its_map_and_is_run(theme):
    """Somebody adds or renames a file. CTest runs it, and the map of its folder has it."""
    files = sorted(x.stem for x in (INTEGRATION / theme).glob("test_*.py"))
    listed = re.search(rf"\nset\({theme}\s([^)]*)\)", (TESTS / "CMakeLists.txt").read_text())[1]
    assert sorted(listed.split()) == files
    table = (INTEGRATION / theme / "README.md").read_text().split("\n## ")[0]
    assert sorted(re.findall(r"`(test_\w+)`", table)) == files


def test_what_answers_a_threat_exists():
    """Somebody looks up how a threat is met, and opens the test that shows it."""
    rows = re.findall(r"^\| .* \| .* \| (`.*`) \|$",
                      (INTEGRATION / "security" / "README.md").read_text(), re.MULTILINE)
    assert len(rows) > 30
    there = {x.stem for x in [*INTEGRATION.rglob("test_*.py"), *TESTS.rglob("*_test.cpp")]}
    there |= {f"fuzz/{x.stem}" for x in (TESTS / "fuzz").glob("*.cpp")}
    assert not {name for row in rows for name in re.findall(r"`([^`]+)`", row)} - there


def test_what_holds_on_lanes_is_held_by_tests():
    """Somebody changes lanes, and reads which tests say what must stay. All of them exist."""
    table = section("net/lane/README.md", "What always holds")
    named = [(suite, text.strip()) for suite, texts in re.findall(r"`(\w+)`: ([^|`]*)", table)
             for text in re.split(r"[;.] ", texts.strip(" .") + ". ") if text]
    assert len(named) > 20

    def is_there(suite, text):
        if suite.startswith("test_"):
            file, = INTEGRATION.rglob(f"{suite}.py")
            return f"def test_{text.replace(' ', '_')}(" in file.read_text()
        file, = TESTS.rglob(f"{suite}_test.cpp")
        return f"CAF_TEST({text})" in file.read_text()

    assert not [x for x in named if not is_there(*x)]
