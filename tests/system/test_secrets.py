"""No secret comes out: of a desk whose every setting holds one, asked by clients who send more, over upstreams that
repeat whatever they hear. Looked at are answers, streams, receipts, the log, the ledger's file and all others, and what
commands print."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients.server import RunningServer, environment, running_server
from tests.system.planted_secrets import (
    ECHOES,
    canary,
    files_of,
    found_in,
    key_variables,
    parrot,
    planted,
    secret_settings,
)

# One model of each provider, and one of the other format of OpenAI's.
MODELS = (
    "gpt-4.1", "gpt-6-sol", "claude-opus-5-5", "gemini-3.8-flash", "deepseek-flash", "glm-5.3", "local/qwen",
    "openrouter/openai/gpt-5.2",
)  # fmt: skip
QUESTION = "What is Bitcoin?"
GOOD_KEY = canary("bootstrap")
BEARER = ("Authorization", f"Bearer {GOOD_KEY}")
# What a client sends that is nobody's business: keys that are wrong, headers that are not ours.
OF_CLIENTS = {"bad header key": canary("bad header key"), "bad query key": canary("bad query key"),
              "bad bearer": canary("bad bearer"), "cookie": canary("cookie"), "foreign header": canary("foreign"),
              "unread field": canary("unread field")}  # fmt: skip
OF_PROVIDERS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "DEEPSEEK_API_KEY", "ZAI_API_KEY",
                "OPENROUTER_API_KEY", "local password")  # fmt: skip
SECRETS = {
    **{name: canary(name) for name in key_variables()},
    **{place: canary(place) for place in ("bootstrap", "proxy", "path", "local password")},
    **OF_CLIENTS,
}


class Desk:
    """The running server, its parrot, and everything it ever answered."""

    def __init__(self, server: RunningServer, bird: ThreadingHTTPServer) -> None:
        self.server = server
        self.bird = bird
        self.answers: list[tuple[str, bytes]] = []

    @property
    def heard(self) -> list[str]:
        heard: list[str] = self.bird.heard  # type: ignore[attr-defined]
        return heard

    def ask(
        self, method: str, path: str, body: object = None, key: tuple[str, str] | None = ("X-CMC_PRO_API_KEY", GOOD_KEY)
    ) -> tuple[int, bytes]:
        """The status, and all headers and the body in one."""
        parts = urlsplit(self.server.url)
        sent = {"Cookie": f"s={canary('cookie')}", "X-Foreign": canary("foreign"), "Content-Type": "application/json"}
        sent |= {} if key is None else {key[0]: key[1]}
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            said = str(response.getheaders()).encode() + response.read()
        self.answers.append((f"{method} {path.partition('?')[0]} {response.status}", said))
        return response.status, said


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with parrot() as bird:
        home = tmp_path_factory.mktemp("secrets")
        variables = planted(f"127.0.0.1:{bird.server_address[1]}")
        others = {"CRYPTODESK_DATA": "auto", "CRYPTODESK_MODEL_RETRIES": "0", "CRYPTODESK_BREAKER_FAILURES": "0",
                  "CRYPTODESK_ANALYST_FALLBACK": "false", "CRYPTODESK_SOURCE_PATIENCE_SECONDS": "1",
                  "CRYPTODESK_UNKNOWN_PRICE": "mark", "CRYPTODESK_DOCUMENTS_SYNC": "false"}  # fmt: skip
        with running_server(home, **variables, **others) as server:
            yield Desk(server, bird)


def chat(model: str, *, stream: bool) -> dict[str, object]:
    more = {"unread": canary("unread field")}
    return {"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": stream, "metadata": more}


def test_every_secret_that_can_be_set_is_planted() -> None:
    """A setting, a provider or a source that is added later takes part by itself, or this says so."""
    own = {f"CRYPTODESK_{name.upper()}" for name in secret_settings() if name != "database_url"}
    assert own <= planted("127.0.0.1:1").keys(), "the address of a database has a test of its own below"
    names = planted("127.0.0.1:1")
    assert set(key_variables()) - {"CRYPTODESK_LOCAL_API_KEY"} <= names.keys()
    assert {"OPENAI_API_KEY", "CMC_API_KEY", "X_BEARER_TOKEN"} <= names.keys()


@pytest.mark.parametrize("echo", ECHOES)
def test_an_upstream_that_repeats_our_keys_is_not_repeated(desk: Desk, echo: str) -> None:
    desk.bird.echo = echo  # type: ignore[attr-defined]
    before, first = len(desk.heard), len(desk.answers)
    for model in MODELS:
        desk.ask("POST", "/v1/chat/completions", chat(model, stream=False))
        desk.ask("POST", "/v1/chat/completions", chat(model, stream=True))
        desk.ask("POST", "/openai/v1/chat/completions", chat(model, stream=True), BEARER)
    heard = " ".join(desk.heard[before:])
    assert [name for name in OF_PROVIDERS if SECRETS[name] not in heard] == [], "else nothing was there to be found"
    assert [(place, found) for place, said in desk.answers[first:] if (found := found_in(said, SECRETS))] == []


def test_sources_and_the_proxy_repeat_theirs_in_vain(desk: Desk) -> None:
    before, first = len(desk.heard), len(desk.answers)
    for echo, coin in (("500", "ETH"), ("401", "SOL"), ("html", "XRP"), ("not http", "DOGE")):
        desk.bird.echo = echo  # type: ignore[attr-defined]
        asked = {"messages": [{"role": "user", "content": f"What is the price of {coin} and the gas on Ethereum?"}]}
        plain = {**asked, "model": "cryptodesk-analyst", "stream": False}
        assert desk.ask("POST", "/openai/v1/chat/completions", plain, BEARER)[0] == 200
        assert desk.ask("POST", "/ai/openai/chat/completions", {**plain, "stream": True}, BEARER)[0] == 200
    heard = " ".join(desk.heard[before:])
    assert canary("proxy") in heard
    assert canary("CMC_API_KEY") in heard
    assert [(place, found) for place, said in desk.answers[first:] if (found := found_in(said, SECRETS))] == []


def test_a_key_that_is_wrong_is_refused_without_being_shown(desk: Desk) -> None:
    first = len(desk.answers)
    for path in ("/v1/chat/completions", "/openai/v1/chat/completions", "/ai/openai/chat/completions", "/v1/models"):
        method = "GET" if path == "/v1/models" else "POST"
        body = None if method == "GET" else chat("gpt-4.1", stream=False)
        refused = [
            desk.ask(method, path, body, ("X-CMC_PRO_API_KEY", canary("bad header key"))),
            desk.ask(method, path, body, ("Authorization", f"Bearer {canary('bad bearer')}")),
            desk.ask(method, f"{path}?CMC_PRO_API_KEY={canary('bad query key')}", body, None),
        ]
        # One dialect answers 200 whatever befalls; all of them say what is wrong.
        assert all(b"api key" in said.lower() and b"choices" not in said for _, said in refused), path
        assert {status for status, _ in refused} <= {200, 401}, path
    assert [(place, found) for place, said in desk.answers[first:] if (found := found_in(said, SECRETS))] == []


def test_a_good_key_in_the_address_is_used_and_not_shown(desk: Desk) -> None:
    path = f"/v1/chat/completions?CMC_PRO_API_KEY={GOOD_KEY}"
    status, said = desk.ask("POST", path, chat("cryptodesk-analyst", stream=True), None)
    assert (status, found_in(said, SECRETS)) == (200, [])


@pytest.mark.parametrize(
    "path",
    ["/v1/models", "/openai/v1/models", "/v1/usage", "/v1/receipts/nothing", f"/v1/{canary('path')}", "/openapi.json",
     "/healthz", "/readyz", "/metrics", "/"],
)  # fmt: skip
def test_what_can_be_looked_up_holds_no_secret(desk: Desk, path: str) -> None:
    _, said = desk.ask("GET", path)
    own = {place: secret for place, secret in SECRETS.items() if place != "path"}
    assert found_in(said, own) == []


def test_receipts_of_runs_that_failed_hold_no_secret(desk: Desk) -> None:
    desk.bird.echo = "late error"  # type: ignore[attr-defined]
    status, said = desk.ask("POST", "/v1/chat/completions", chat("gpt-4.1", stream=True))
    run_id = json.loads(said[said.index(b"data:") + 5 :].split(b"\n\n")[0])["id"]
    status, receipt = desk.ask("GET", f"/v1/receipts/{run_id}")
    assert (status, found_in(receipt, SECRETS)) == (200, [])


COMMANDS = {
    "models list --json": 0, "models test gpt-6-sol --json": 1, "models test local/qwen": 1, "data status": 0,
    "documents status": 0, "keys list": 0, "ledger export": 0, "ask --model gpt-4.1 Hi": 3,
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_secret(desk: Desk, command: str) -> None:
    desk.bird.echo = "500"  # type: ignore[attr-defined]
    variables = planted(f"127.0.0.1:{desk.bird.server_address[1]}")
    others = {"CRYPTODESK_DATA": "auto", "CRYPTODESK_ANALYST_FALLBACK": "false", "CRYPTODESK_MODEL_RETRIES": "0"}
    done = run(desk.server.home, *command.split(), **variables, **others)
    assert found_in(done.stdout + done.stderr, SECRETS) == []
    assert done.returncode == COMMANDS[command], done.stderr


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("CRYPTODESK_DATABASE_URL", f"postgresql://user:{canary('database')}@127.0.0.1:1/x", 2),
        ("CRYPTODESK_DATABASE_URL", f"{canary('database')}", 2),
        ("CRYPTODESK_BOOTSTRAP_KEY", f"{canary('database')} with spaces", 2),
        ("OPENAI_API_KEY", f"{canary('database')}\nsecond line", 1),
        ("OPENAI_BASE_URL", f"http://user:{canary('database')}@127.0.0.1:1/v1", 1),
        ("OPENAI_BASE_URL", f"ftp://user:{canary('database')}@127.0.0.1:1/v1", 1),
        ("OPENAI_BASE_URL", f"http://user:{canary('database')}@[::1/v1", 1),
        ("CRYPTODESK_PORT", canary("database"), 2),
        ("CRYPTODESK_SOURCE_ADDRESSES", canary("database"), 2),
        ("CRYPTODESK_PROXY", canary("database"), 0),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_not_shown(tmp_path: Path, name: str, value: str, status: int) -> None:
    command = ["serve"] if status == 2 else ["ask", "--model", "cryptodesk-analyst", "Bitcoin price"]
    done = run(tmp_path, *command, **{"OPENAI_API_KEY": "sk-x", "CRYPTODESK_PORT": "0", name: value})
    assert found_in(done.stdout + done.stderr, {"it": canary("database")}) == []
    assert (done.returncode != 0) is (status != 0), done.stderr
    assert b"Traceback" not in done.stderr


def run(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cryptodesk", *arguments],
        env=environment(home, COLUMNS="300", **variables),
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_at_last_neither_the_log_nor_any_file_holds_a_secret(desk: Desk) -> None:
    desk.ask("POST", "/v1/chat/completions", chat("gpt-4.1", stream=True))
    desk.server.process.terminate()
    desk.server.process.wait(20)
    for reader in threading.enumerate():  # whoever reads the log has read it to its end then
        if reader.name.endswith("(read)"):
            reader.join(10)
    log = "\n".join(desk.server.lines).encode()
    assert b'"run_id"' in log, "there is a log to look at"
    assert found_in(log, SECRETS) == []
    looked_at = {}
    for name, data in files_of(desk.server.home):
        looked_at[name] = found_in(data, SECRETS)
    assert any(name.endswith("cryptodesk.db") for name in looked_at)
    # What a client writes into its request is its own, and kept with it.
    kept = {name: [place for place in found if place != "unread field"] for name, found in looked_at.items()}
    assert {name: found for name, found in kept.items() if found} == {}
