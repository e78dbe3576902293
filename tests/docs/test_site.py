"""The documentation as a site: every page is in the navigation, no link is broken, nothing is asked of others."""

from __future__ import annotations

import html
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGES = Path(sys.prefix) / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SCRIPT = SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "build_docs.py")))

pytestmark = pytest.mark.xdist_group("site")


def navigation() -> list[str]:
    """Every page of the navigation, in order."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    config = SCRIPT.on_config(SimpleNamespace(nav=settings["nav"]))
    return list(_flat(config.nav))


def _flat(entry: object) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    inner = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ()
    return [page for one in inner for page in _flat(one)]


def test_every_page_stands_once_in_the_navigation() -> None:
    assert sorted(navigation()) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


def test_every_decision_is_in_their_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text("utf-8")
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", index, re.MULTILINE)
    pages = sorted(DOCS.glob("decisions/0*.md"))
    assert [(number, name) for number, name, _ in listed] == [(page.name[:4], page.name) for page in pages]
    for number, name, title in listed:
        assert (DOCS / "decisions" / name).read_text("utf-8").startswith(f"# {number}: {title}\n"), name


def test_tools_and_terms_are_those_of_the_code() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "write_tools.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "the pages are those of the code\n"), done.stderr


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[the service](../deploy/systemd/cryptodesk.service)", "the service (`deploy/systemd/cryptodesk.service`)"),
        ("[`deploy/systemd`](../deploy/systemd)", "`deploy/systemd`"),
        (
            "[money](money.md#prices), [out](https://example.org)",
            "[money](money.md#prices), [out](https://example.org)",
        ),
    ],
)
def test_a_link_to_a_file_beside_the_pages_becomes_its_path(written: str, shown: str) -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="operations.md"))
    assert SCRIPT.on_page_markdown(written, page=page) == shown


def test_a_link_to_a_file_that_there_is_not_is_an_error() -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="operations.md"))
    with pytest.raises(Exception, match=r"nothing\.txt"):
        SCRIPT.on_page_markdown("[x](../deploy/nothing.txt)", page=page)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (PACKAGES / "mkdocs").is_dir():
        pytest.skip("the generator is not installed; `make docs` installs it")
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def build(folder: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts" / "build_docs.py"), "--site", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=100, check=False)


def test_the_site_has_every_page(site: Path) -> None:
    built = {page.relative_to(site).with_suffix(".md").as_posix() for page in site.rglob("*.html")} - {"404.md"}
    assert built == set(navigation())
    assert (site / "openapi.json").read_bytes() == (DOCS / "openapi.json").read_bytes()


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r'<(?:script|img|iframe|link)[^>]*?(?:src|href)="(?:https?:)?//[^"]+"')
    found = {match for page in site.rglob("*.html") for match in loaded.findall(page.read_text("utf-8"))}
    assert {one for one in found if 'rel="canonical"' not in one} == set()
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?https?://|@import", sheet.read_text("utf-8")), sheet


def test_no_list_or_table_is_left_as_text(site: Path) -> None:
    """What Markdown readers take differently: a list right under a paragraph, a table without its line above."""
    left = []
    for page in site.rglob("*.html"):
        for paragraph in re.findall(r"<p>(.*?)</p>", page.read_text("utf-8"), re.DOTALL):
            if re.search(r"\n(?:[-*] |\d+\. |\|)", html.unescape(paragraph)):
                left.append(f"{page.relative_to(site)}: {paragraph[:80]}")
    assert left == []


@pytest.mark.parametrize(
    ("text", "is_built"),
    [
        ("[a](#here)\n\n## Here", True),
        ("[a](#there)\n\n## Here", False),
        ("[a](gone.md)", False),
        ("[a](../gone.txt)", False),
    ],
)
def test_a_broken_link_ends_the_build(text: str, is_built: bool, site: Path, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A\n\n{text}\n", "utf-8")
    (tmp_path / "scripts" / "build_docs.py").write_bytes((ROOT / "scripts" / "build_docs.py").read_bytes())
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8")) | {"nav": ["index.md"], "extra_css": []}
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(settings), "utf-8")
    done = build(tmp_path / "site", tmp_path)
    assert (done.returncode == 0) == is_built, done.stdout + done.stderr
