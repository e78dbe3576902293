"""What the product is made of: pinned by hash, under licences that it may have, listed in a bill of materials, and
asked about at a vulnerability service."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
AUDIT_TOOLS = ROOT / ".venv" / "audit" / "pip_audit"

needs_audit_tools = pytest.mark.skipif(not AUDIT_TOOLS.is_dir(), reason="the audit tools are not installed")


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def components() -> Iterator[Any]:
    yield script("components")
    del sys.modules["components"]


# -- locks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_is_pinned_with_a_hash(lock: Path) -> None:
    text = lock.read_text("utf-8")
    packages = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [each.splitlines()[0] for each in packages if not re.match(r"[A-Za-z0-9._-]+==\S+", each)] == []
    assert [each.splitlines()[0] for each in packages if "--hash=sha256:" not in each] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_where_packages_come_from(lock: Path) -> None:
    assert re.findall(r"https?://|index-url|find-links|/tmp/|file:", lock.read_text("utf-8")) == []


# -- licences ----------------------------------------------------------------------------------------------------------


def test_everything_in_an_install_and_its_extras_is_under_an_allowed_licence(components: Any) -> None:
    python = components.python_components()
    assert [(each.purl, each.licence) for each in components.refused(python)] == []
    assert {"aiohttp", "mcp", "starlette"} <= {each.name for each in python if not each.is_optional}
    assert {"asyncpg", "opentelemetry-sdk"} <= {each.name for each in python if each.is_optional}
    assert not {"pytest", "mypy", "ruff"} & {each.name for each in python}


def test_everything_that_may_be_bundled_into_the_web_app_is_too(components: Any) -> None:
    npm = components.npm_components()
    assert [(each.purl, each.licence) for each in components.refused(npm)] == []
    assert "react" in {each.name for each in npm}
    assert "vite" not in {each.name for each in npm}


@pytest.mark.parametrize(
    ("expression", "is_allowed"),
    [
        ("MIT", True), ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True), ("Apache-2.0 AND MIT", True),
        ("(MIT OR GPL-3.0-only) AND ISC", True), ("(MIT AND GPL-3.0-only) OR ISC", True),
        ("GPL-3.0-or-later", False), ("AGPL-3.0-only", False), ("MIT AND AGPL-3.0-only", False), ("SSPL-1.0", False),
        ("", False), ("UNLICENSED", False), ("SEE LICENSE IN x", False), ("(MIT", False), ("MIT AND", False),
        ("MIT MIT", False), (")", False), ("BUSL-1.1 OR Elastic-2.0", False),
    ],
)  # fmt: skip
def test_a_licence_is_allowed_if_one_of_the_choice_and_all_of_the_rest_are(
    components: Any, expression: str, is_allowed: bool
) -> None:
    assert components.is_allowed(expression) is is_allowed


# -- the bill of materials ---------------------------------------------------------------------------------------------


def run(name: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "scripts" / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    status, said = run("write_sbom.py", str(target))
    assert status == 0, said
    return target


def test_the_bill_lists_every_locked_package_once_and_every_reference_leads_somewhere(sbom: Path) -> None:
    bill = json.loads(sbom.read_text("utf-8"))
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs))
    locked = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    assert {f"pkg:pypi/{name}@{version}" for name, version in locked} <= set(refs)
    known = {*refs, bill["metadata"]["component"]["bom-ref"]}
    assert {each["ref"] for each in bill["dependencies"]} == known
    assert {ref for each in bill["dependencies"] for ref in each["dependsOn"]} <= known


def test_nothing_but_the_product_is_needed_by_nobody(sbom: Path) -> None:
    bill = json.loads(sbom.read_text("utf-8"))
    needed = {ref for each in bill["dependencies"] for ref in each["dependsOn"]}
    assert {each["bom-ref"] for each in bill["components"]} - needed == set()


def test_the_same_locks_give_the_same_bytes(sbom: Path, tmp_path: Path) -> None:
    assert run("write_sbom.py", str(tmp_path / "again.json"))[0] == 0
    assert (tmp_path / "again.json").read_bytes() == sbom.read_bytes()


@needs_audit_tools
def test_the_bill_is_a_cyclonedx_document_and_a_broken_one_is_not(sbom: Path, tmp_path: Path) -> None:
    assert run("write_sbom.py", "--check", str(sbom))[0] == 0
    broken = json.loads(sbom.read_text("utf-8"))
    broken["components"] = [broken["components"][0] | {"type": "thing"}]
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    assert run("write_sbom.py", "--check", str(tmp_path / "broken.json"))[0] == 1


# -- the audit ---------------------------------------------------------------------------------------------------------

LOCK = "idna==3.20 \\\n    --hash=sha256:" + "a" * 64 + "\n"
VULNERABLE = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "summary": "reads too much",
    "details": "",
    "aliases": ["CVE-2026-1"],
    "affected": [
        {
            "package": {"name": "idna", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.0"}]}],
        }
    ],
}


class Service(BaseHTTPRequestHandler):
    """Answers as OSV does, with what the test gave the server."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"vulns": self.server.vulns}).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.vulns = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def audit(service: ThreadingHTTPServer, folder: Path) -> tuple[int, str]:
    (folder / "some.lock").write_text(LOCK)
    address = f"http://127.0.0.1:{service.server_address[1]}/v1/query"
    return run("audit.py", "--service", address, str(folder / "some.lock"))


@needs_audit_tools
def test_an_audit_that_finds_nothing_says_so(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    assert audit(service, tmp_path) == (0, "some.lock: 0 known vulnerabilities\n")


@needs_audit_tools
def test_an_audit_that_finds_something_fails_and_names_it(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    service.vulns = [VULNERABLE]  # type: ignore[attr-defined]
    status, said = audit(service, tmp_path)
    assert status == 1
    assert "some.lock: idna 3.20: " in said
    assert all(part in said for part in ("CVE-2026-1", "GHSA-aaaa-bbbb-cccc", "mended in 4.0"))


@needs_audit_tools
def test_an_audit_without_a_service_says_so_and_does_not_fail(tmp_path: Path) -> None:
    (tmp_path / "some.lock").write_text(LOCK)
    status, said = run("audit.py", "--service", "http://127.0.0.1:1/v1/query", str(tmp_path / "some.lock"))
    assert (status, said) == (0, "some.lock: no vulnerability service answers, so nothing is known of it\n")


@needs_audit_tools
def test_a_lock_that_cannot_be_read_is_no_clean_one(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    (tmp_path / "some.lock").write_text("idna==\n")
    address = f"http://127.0.0.1:{service.server_address[1]}/v1/query"
    status, said = run("audit.py", "--service", address, str(tmp_path / "some.lock"))
    assert (status, "could not be audited" in said) == (1, True)
