"""The files of the web app: found by name, never beyond their folder, cached as their names allow, fenced."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cryptodesk.web.pages import APP_PATHS, SECURITY_HEADERS, build_routes

SCRIPT = b"console.log('" + b"a" * 500 + b"')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_bytes(b"<!doctype html><title>cryptodesk</title>")
    (static / "icon.svg").write_bytes(b"<svg/>")
    (static / ".built-from").write_bytes(b"secret")
    (static / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (static / "assets" / "notes.txt").write_bytes(b"not a kind that is served")
    (tmp_path / "outside.js").write_bytes(b"outside")
    return static


@pytest.fixture
def client(folder: Path) -> TestClient:
    return TestClient(Starlette(routes=[*build_routes(folder)]))


@pytest.mark.parametrize("path", APP_PATHS)
def test_every_page_of_the_app_is_the_same_document(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.text == "<!doctype html><title>cryptodesk</title>"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_an_asset_is_kept_for_ever_and_packed_where_the_browser_takes_it(client: TestClient) -> None:
    plain = client.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    packed = client.get("/assets/index-abc.js", headers={"accept-encoding": "gzip, br"})
    assert plain.content == packed.content == SCRIPT
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(SCRIPT, 9, mtime=0)) < len(SCRIPT)
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_known_etag_is_answered_without_the_file(client: TestClient) -> None:
    etag = client.get("/icon.svg").headers["etag"]
    again = client.get("/icon.svg", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js", "/assets/none.js"])
def test_every_answer_carries_the_fence(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../outside.js",
        "/assets/..%2f..%2foutside.js",
        "/assets/%2e%2e%2foutside.js",
        "/assets/..\\outside.js",
        "/assets/notes.txt",
        "/assets/none.js",
        "/.built-from",
        "/assets/",
        "/static/index.html",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    answer = TestClient(Starlette(routes=[*build_routes(tmp_path / "none")])).get("/")
    assert answer.status_code == 503
    assert "scripts/build_web.py" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
