"""Every example runs against a desk on this machine, without a key of any vendor or a network, or its settings are
checked and the desk is asked as the application would ask it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients.server import KEY, RunningServer, environment, running_server

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MODULES = ROOT / "tests" / "clients" / "node" / "node_modules"
COMPILER = ROOT / "web" / "node_modules" / ".bin" / "tsc"
LANGCHAIN = Path(sys.prefix) / "clients"

pytestmark = pytest.mark.xdist_group("examples")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("examples")) as running:
        yield running


def run(command: list[str], desk: RunningServer, cwd: Path = ROOT, **variables: str) -> str:
    told = {"CRYPTODESK_URL": desk.url, "CRYPTODESK_KEY": KEY, "PATH": os.environ["PATH"]}
    env = {**environment(desk.home), **told, **variables}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# What each script's output must hold, by its path. A script that is not listed is a failure below.
EXPECTED = {
    "curl/answer.sh": [r'"finish_reason":"stop"', r"\| ", r"data: \[DONE\]"],
    "curl/built_in_tools.sh": [r"Bitcoin", r'"object":"receipt"', r'"status":"settled"'],
    "curl/research.sh": [r'"cited_sources"', r"'report': '"],
    "python/answer.py": [r"\[1\]", r"figures: .*\d+ ", r"cost: \$0 served by cryptodesk-analyst"],
    "python/stream.py": [r"\| ", r"\d+ tokens\n$"],
    "python/built_in_tools.py": [r"ran cmc_id_lookup\n", r"ran cmc_market_data\n", r"Bitcoin", r"cost: \{"],
    "langchain/chain.py": [r"Bitcoin", r"Ethereum", r"2 more answers at once"],
    "typescript/answer.ts": [r"\| ", r"\[1\] "],
    "typescript/ai_sdk.ts": [r"Bitcoin", r"ended: stop\n$"],
}


def assert_expected(name: str, output: str) -> None:
    assert [pattern for pattern in EXPECTED[name] if not re.search(pattern, output)] == [], output


def test_every_script_is_run_here() -> None:
    scripts = {str(path.relative_to(EXAMPLES)) for kind in ("sh", "py", "ts") for path in EXAMPLES.rglob(f"*.{kind}")}
    assert {script for script in scripts if "node_modules" not in script} == set(EXPECTED)


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith(".sh")])
def test_the_shell_examples_run(name: str, desk: RunningServer) -> None:
    assert_expected(name, run(["bash", str(EXAMPLES / name)], desk))


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("python/")])
def test_the_python_examples_run(name: str, desk: RunningServer) -> None:
    assert_expected(name, run([sys.executable, str(EXAMPLES / name)], desk))


@pytest.mark.skipif(not LANGCHAIN.is_dir(), reason="LangChain is not installed; `make test` installs it")
def test_the_langchain_example_runs(desk: RunningServer) -> None:
    name = "langchain/chain.py"
    assert_expected(name, run([sys.executable, str(EXAMPLES / name)], desk, PYTHONPATH=str(LANGCHAIN)))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The TypeScript examples, checked strictly and compiled, beside the packages that they name."""
    if shutil.which("node") is None or not (MODULES / "openai").is_dir() or not COMPILER.exists():
        pytest.skip("Node's clients or the TypeScript compiler are not installed; `make test` installs them")
    folder = tmp_path_factory.mktemp("typescript")
    for source in (EXAMPLES / "typescript").glob("*.ts"):
        shutil.copy(source, folder)
    shutil.copy(EXAMPLES / "typescript" / "package.json", folder)
    (folder / "node_modules").symlink_to(MODULES)
    options = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--types", "node"]
    command = [str(COMPILER), *options, *sorted(path.name for path in folder.glob("*.ts"))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith(".ts")])
def test_the_typescript_examples_compile_and_run(name: str, compiled: Path, desk: RunningServer) -> None:
    script = Path(name).with_suffix(".js").name
    assert_expected(name, run(["node", script], desk, compiled))


def test_the_typescript_packages_are_those_that_the_tests_drive() -> None:
    named = json.loads((EXAMPLES / "typescript" / "package.json").read_text("utf-8"))["dependencies"]
    driven = json.loads((MODULES.parent / "package.json").read_text("utf-8"))["dependencies"]
    assert named.items() <= driven.items()


# --- applications whose servers are not installed here


def ask(desk: RunningServer, path: str, key: str, body: Any = None) -> Any:
    data = [] if body is None else ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return json.loads(run(["curl", "-sS", f"{desk.url}{path}", "-H", f"Authorization: Bearer {key}", *data], desk))


def path_of(address: str) -> str:
    """The path of an address whose host is a container's name for the desk."""
    found = re.fullmatch(r"http://[a-z.-]+:8080(/.*)", address)
    assert found is not None, address
    return found[1]


def test_open_webui_is_set_up_for_a_route_that_answers_as_it_asks(desk: RunningServer) -> None:
    compose = yaml.safe_load((EXAMPLES / "open-webui" / "compose.yaml").read_text("utf-8"))
    ui, server = compose["services"]["open-webui"], compose["services"]["desk"]
    base = path_of(ui["environment"]["OPENAI_API_BASE_URL"])
    served = [model["id"] for model in ask(desk, f"{base}/models", KEY)["data"]]
    assert ui["environment"]["DEFAULT_MODELS"] in served
    body = {"model": served[0], "messages": [{"role": "user", "content": "What is the price of Bitcoin?"}]}
    assert "Bitcoin" in ask(desk, f"{base}/chat/completions", KEY, body)["choices"][0]["message"]["content"]
    context = (EXAMPLES / "open-webui" / server["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / server["build"]["dockerfile"]).is_file()
    assert set(compose["volumes"]) == {volume.split(":")[0] for one in (ui, server) for volume in one["volumes"]}


def test_the_desk_beside_open_webui_keeps_its_data_where_the_image_does() -> None:
    compose = yaml.safe_load((EXAMPLES / "open-webui" / "compose.yaml").read_text("utf-8"))
    image = (ROOT / "deploy" / "container" / "Containerfile").read_text("utf-8")
    (volume,) = compose["services"]["desk"]["volumes"]
    assert f"CRYPTODESK_HOME={volume.split(':')[1]}" in image
    assert "CRYPTODESK_PORT=8080" in image


def test_open_webuis_title_costs_nothing(desk: RunningServer) -> None:
    prompt = (
        "### Task:\nGenerate a concise, 3-5 word title summarizing the chat history.\n"
        '### Output:\nJSON format: { "title": "your concise title here" }\n'
        "### Chat History:\n<chat_history>\nUSER: Compare SOL and ETH\nASSISTANT: SOL did better.\n</chat_history>"
    )
    body = {"model": "cmc-ai-v1-gpt-5.1", "messages": [{"role": "user", "content": prompt}]}
    answer = ask(desk, "/openai/v1/chat/completions", KEY, body)
    assert json.loads(answer["choices"][0]["message"]["content"])["title"]
    assert "cryptodesk" not in answer


def test_librechat_is_set_up_for_models_that_are_served(desk: RunningServer) -> None:
    told = yaml.safe_load((EXAMPLES / "librechat" / "librechat.yaml").read_text("utf-8"))
    (endpoint,) = told["endpoints"]["custom"]
    served = [model["id"] for model in ask(desk, f"{path_of(endpoint['baseURL'])}/models", KEY)["data"]]
    assert {*endpoint["models"]["default"], endpoint["titleModel"]} <= set(served)
    assert endpoint["apiKey"] == "${CRYPTODESK_KEY}"


def test_an_mcp_client_starts_the_desk_as_the_file_says(desk: RunningServer) -> None:
    told = json.loads((EXAMPLES / "mcp" / "claude_desktop_config.json").read_text("utf-8"))
    (server,) = told["mcpServers"].values()
    command = [str(Path(sys.executable).parent / server["command"]), *server["args"]]
    version, client = "2025-06-18", {"name": "test", "version": "0"}
    hello = {"protocolVersion": version, "capabilities": {}, "clientInfo": client}
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    answers = spoken(command, lines, desk)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert {"ask", "cmc_market_data"} <= {tool["name"] for tool in answers[1]["result"]["tools"]}


def spoken(command: list[str], lines: list[Any], desk: RunningServer) -> list[Any]:
    """The answers to messages over standard input, read until each has one."""
    with subprocess.Popen(
        command, env=environment(desk.home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.writelines(json.dumps(line) + "\n" for line in lines)
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for line in lines if "id" in line]
        process.stdin.close()
        process.wait(20)
    return answers


@pytest.mark.parametrize(("file", "members"), [("cursor.json", "mcpServers"), ("vscode.json", "servers")])
def test_an_mcp_client_of_a_running_desk_is_answered(file: str, members: str, desk: RunningServer) -> None:
    told = json.loads((EXAMPLES / "mcp" / file).read_text("utf-8"))
    (server,) = told[members].values()
    authorization = re.sub(r"\$\{[^}]+\}", KEY, server["headers"]["Authorization"])
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = ["-H", f"Authorization: {authorization}", "-H", "Accept: application/json"]
    url = server["url"].replace("http://127.0.0.1:8080", desk.url)
    answer = run(
        ["curl", "-sS", url, *headers, "-H", "Content-Type: application/json", "-d", json.dumps(request)], desk
    )
    assert json.loads(answer)["result"]["tools"]


def test_links_of_the_examples_lead_somewhere() -> None:
    for page in EXAMPLES.rglob("README.md"):
        links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text("utf-8"))
        assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == [], page
