"""What no line of the product does, whatever comment stands beside it: run text as code, load objects from bytes, hand
a line to a shell, unpack an archive to where it says itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("src", "scripts", "bench")
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "joblib", "yaml",
           "code", "codeop", "pty", "commands", "telnetlib", "xml.etree", "xml.sax", "xml.dom"}  # fmt: skip
BUILT_INS = {"eval", "exec", "compile", "__import__", "breakpoint"}
METHODS = {"os.system", "os.popen", "os.execv", "os.execvp", "os.spawnl", "os.spawnv", "subprocess.getoutput",
           "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "ssl._create_unverified_context",
           "tempfile.mktemp", "builtins.eval", "builtins.exec"}  # fmt: skip
ALWAYS_FORBIDDEN = {("shell", True), ("allow_pickle", True), ("verify", False), ("verify_ssl", False), ("ssl", False)}


WORDS = (*(f"{how} {name}" for name in MODULES for how in ("import", "from")), *METHODS, "extractall",
         *(f"{before}{name}(" for name in BUILT_INS for before in "\n (=[,"),
         *(f"{name}={value}" for name, value in ALWAYS_FORBIDDEN))  # fmt: skip


def sources() -> list[Path]:
    return [path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*.py")]


def dangers(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_forbidden_module(alias.name))
        elif isinstance(node, ast.ImportFrom) and _is_forbidden_module(node.module or ""):
            yield node.module or ""
        elif isinstance(node, ast.Call):
            yield from _dangers_of_call(node)


def _is_forbidden_module(name: str) -> bool:
    return name in MODULES or any(name.startswith(f"{module}.") for module in MODULES)


def _dangers_of_call(node: ast.Call) -> Iterator[str]:
    if isinstance(node.func, ast.Name) and node.func.id in BUILT_INS:
        yield node.func.id
    called = ast.unparse(node.func)
    if called in METHODS or called.endswith(".extractall"):
        yield called
    for keyword in node.keywords:
        value = keyword.value
        if isinstance(value, ast.Constant) and (keyword.arg, value.value) in ALWAYS_FORBIDDEN:
            yield f"{called}({keyword.arg}={value.value})"


def is_near(text: str) -> bool:
    """Whether it is worth being read closely, which takes a hundred times as long."""
    return any(word in text for word in WORDS)


def test_no_line_does_what_is_forbidden() -> None:
    texts = {path.relative_to(REPOSITORY).as_posix(): path.read_text("utf-8") for path in sources()}
    found = {name: list(dangers(text)) for name, text in texts.items() if is_near(text)}
    assert {name: dangers for name, dangers in found.items() if dangers} == {}
    assert len(texts) > 1_000, "else it would have looked in the wrong place"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from xml.etree import ElementTree",
        "eval('1')",
        "os.system('ls')",
        "subprocess.run('ls', shell=True)",
        "numpy.load(path, allow_pickle=True)",
        "archive.extractall(folder)",
        "session.get(url, ssl=False)",
    ],
)
def test_what_is_forbidden_is_found(line: str) -> None:
    assert is_near(f"\n {line}")
    assert len(list(dangers(line))) == 1


@pytest.mark.parametrize("line", ["re.compile('a')", "model.eval()", "subprocess.run(['ls'])", "import codecs"])
def test_what_looks_like_it_is_not(line: str) -> None:
    assert list(dangers(line)) == []
