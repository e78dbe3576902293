"""Rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "cryptodesk"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__main__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_says_what_it_is_and_what_it_exports(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), "a module begins with a docstring"
    targets = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    assert "__all__" in targets


def test_only_settings_reads_the_environment() -> None:
    reading = re.compile(r"os\.environ(?!\.setdefault)|os\.getenv")
    assert [path.name for path in MODULES if reading.search(path.read_text("utf-8"))] == ["settings.py"]


def test_only_the_command_line_tells_libraries_something_by_the_environment() -> None:
    tellers = [path for path in MODULES if "os.environ.setdefault" in path.read_text("utf-8")]
    assert [path.name for path in tellers] == ["_libraries.py"]


def test_only_the_clock_reads_the_wall_clock() -> None:
    pattern = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|\btime\.time\(")
    readers = [str(path.relative_to(SOURCE)) for path in MODULES if pattern.search(path.read_text("utf-8"))]
    assert readers == ["core/clock.py"]


def test_nothing_evaluates_text_or_unpickles() -> None:
    pattern = re.compile(r"(?<![\w.])eval\(|(?<![\w.])exec\(|\bpickle\b|shell=True|os\.system\(")
    assert [path.name for path in MODULES if pattern.search(path.read_text("utf-8"))] == []


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`CRYPTODESK_{name.upper()}`" not in documented]
    assert missing == []


def test_every_skill_of_the_analyst_is_documented() -> None:
    documented = (ROOT / "docs" / "analyst.md").read_text("utf-8")
    assert [name for name in load_skills() if f"| `{name}` |" not in documented] == []


def test_every_change_fragment_has_a_known_kind() -> None:
    kinds = {"added", "changed", "fixed", "removed", "security"}
    fragments = [path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    assert fragments
    assert [path.name for path in fragments if path.name.split(".")[-2] not in kinds] == []


def test_no_file_of_the_product_is_too_long() -> None:
    """Past 500 lines there is a second noun inside."""
    long = {
        str(path.relative_to(SOURCE)): count for path in MODULES if (count := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
