"""The reference page: served whole and alone, its code samples are true, and it works in a browser."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cryptodesk.app.openapi_page import PAGE_PATH, build_routes
from tests.clients.server import KEY, RunningServer, environment, running_server

ROOT = Path(__file__).parents[2]
FOLDER = files("cryptodesk.app").joinpath("reference")
NAMES = sorted(entry.name for entry in FOLDER.iterdir())
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

pytestmark = pytest.mark.xdist_group("openapi")


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=build_routes()))


def test_the_page_and_its_files_are_served_under_a_strict_policy(client: TestClient) -> None:
    for name in NAMES:
        answer = client.get(PAGE_PATH if name == "index.html" else f"{PAGE_PATH}/{name}")
        assert (answer.status_code, answer.text) == (200, FOLDER.joinpath(name).read_text("utf-8"))
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_a_file_that_is_not_of_the_page_is_not_served(client: TestClient) -> None:
    for name in ("index.html", "../openapi.py", "..%2fopenapi.py", "nothing.js"):
        assert client.get(f"{PAGE_PATH}/{name}").status_code == 404


def test_a_file_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get(PAGE_PATH)
    again = client.get(PAGE_PATH, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_whether_the_page_is_there_can_be_asked_without_reading_it(client: TestClient) -> None:
    asked = client.head(PAGE_PATH, follow_redirects=False)
    assert (asked.status_code, asked.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_client_without_gzip_is_answered_too(client: TestClient) -> None:
    plain = client.get(PAGE_PATH, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == FOLDER.joinpath("index.html").read_text("utf-8")


def test_no_file_names_another_host_or_runs_text_as_code() -> None:
    for name in NAMES:
        text = FOLDER.joinpath(name).read_text("utf-8")
        assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text) == [], name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            name
        )


def test_the_whole_page_is_light() -> None:
    packed = sum(len(gzip.compress(FOLDER.joinpath(name).read_bytes(), 9)) for name in NAMES)
    assert packed < 30_000


# --- against a desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    if shutil.which("node") is None:
        pytest.skip("there is no Node on this machine")
    with running_server(tmp_path_factory.mktemp("reference")) as running:
        yield running


SAMPLES = """
import { buildRequest, samples } from %(module)s;
const document = await (await fetch(%(url)s + "/openapi.json")).json();
const made = {};
for (const [path, item] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    const bodies = operation.requestBody?.content["application/json"].examples ?? { none: {} };
    const scheme = Object.keys(operation.security?.[0] ?? {})[0];
    const filled = { path: { model: "cryptodesk-analyst" }, query: {}, header: {}, key: %(key)s, scheme };
    filled.body = JSON.stringify(Object.values(bodies)[0].value ?? {}, null, 2);
    if (operation["x-accept-decides"]) filled.accept = "application/json";
    made[operation.operationId] = samples(buildRequest(method, path, operation, document, filled, %(url)s), %(key)s);
  }
}
console.log(JSON.stringify(made));
"""


@pytest.fixture(scope="module")
def samples(desk: RunningServer) -> dict[str, dict[str, str]]:
    """The code that the page shows, by operation and language."""
    given = {"module": json.dumps(str(FOLDER / "request.js")), "url": json.dumps(desk.url), "key": json.dumps(KEY)}
    script = SAMPLES % given
    done = run(["node", "--input-type=module", "-e", script], desk)
    made: dict[str, dict[str, str]] = json.loads(done)
    return made


def run(command: list[str], desk: RunningServer) -> str:
    env = {**environment(desk.home, CRYPTODESK_KEY=KEY), "PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# One of each kind: a key in either header, a body, a query, a stream, no key at all.
SHOWN = ("answerChat", "createChatCompletion", "answerVercel", "callMcp", "getUsage", "showOpenAIModel", "getHealth")


def as_command(language: str, code: str) -> list[str]:
    if language == "curl":
        return ["bash", "-c", code]
    if language == "Python":
        return [sys.executable, "-c", code]
    # The one mark of TypeScript in it.
    return ["node", "--input-type=module", "-e", code.replace("answer.body!", "answer.body")]


@pytest.mark.parametrize("name", SHOWN)
def test_each_sample_of_code_runs_and_says_the_same(
    name: str, samples: dict[str, dict[str, str]], desk: RunningServer
) -> None:
    told = {language: run(as_command(language, code), desk) for language, code in samples[name].items()}
    assert list(told) == ["curl", "Python", "TypeScript"]
    assert all(text and '"error"' not in text and "error_code" not in text for text in told.values()), told
    assert len({shape(text) for text in told.values()}) == 1


def shape(text: str) -> Any:
    """The names of an answer's members, or for lines the marks that they begin with."""
    try:
        return tuple(json.loads(text))
    except ValueError:
        return tuple(sorted({line[:2] for line in text.splitlines()}))


def test_no_sample_shows_the_key(samples: dict[str, dict[str, str]]) -> None:
    assert [name for name, codes in samples.items() if any(KEY in code for code in codes.values())] == []


def test_a_body_with_quotes_reaches_the_desk_as_it_was_written(desk: RunningServer) -> None:
    question = 'What\'s "Bitcoin"? $HOME `id` \\n é 🙂'
    script = SAMPLES % {
        "module": json.dumps(str(FOLDER / "request.js")),
        "url": json.dumps(desk.url),
        "key": json.dumps(KEY),
    }
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": question}]})
    echoed = script.split("const document")[0] + (
        f"const filled = {{ body: {json.dumps(body)}, key: '' }};"
        'console.log(samples(buildRequest("post", "/x", { requestBody: {} }, {}, filled, "http://h"), "").curl);'
    )
    curl = run(["node", "--input-type=module", "-e", echoed], desk)
    printed = run(["bash", "-c", f'curl() {{ printf %s "${{@: -1}}"; }}\n{curl}'], desk)
    assert json.loads(printed)["messages"][0]["content"] == question


def chromium() -> str | None:
    named = os.environ.get("CRYPTODESK_CHROMIUM")
    return named or next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


@pytest.mark.slow
def test_the_page_works_in_a_browser_at_both_sizes(desk: RunningServer) -> None:
    if chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    if not (ROOT / "web" / "node_modules" / "playwright-core").is_dir():
        pytest.skip("the packages of web/ are not installed: run `npm ci` there")
    script = str(Path(__file__).with_name("openapi_page.mjs"))
    seen = json.loads(run(["node", script, desk.url, KEY, chromium() or "", str(ROOT)], desk))
    large, phone = seen["pages"]["desk"], seen["pages"]["phone"]
    with urllib.request.urlopen(f"{desk.url}/openapi.json") as answer:
        paths = json.loads(answer.read())["paths"]
    assert large["routes"] == large["links"] == sum(len(item) for item in paths.values())
    assert large["refused"]["line"].startswith("401")
    assert large["kept"] == KEY
    assert "$CRYPTODESK_KEY" in large["code"]
    assert large["answer"]["line"].startswith("200")
    assert json.loads(large["answer"]["text"])["choices"][0]["message"]["content"]
    assert "text/event-stream" in large["stream"]["line"]
    assert large["stream"]["text"].rstrip().endswith("data: [DONE]")
    assert json.loads(large["mcp"]["text"])["result"]["tools"]
    assert large["filtered"] == ["POST/ai/v1/deep-research/{job_id}/cancel"]
    assert (large["violations"], phone["violations"]) == ([], [])
    assert phone["width"] == 390
    # A refused request is an error in the browser's console too.
    assert [one for one in seen["problems"] if "401" not in one] == []
    assert seen["foreign"] == []
