"""A real language model behind a real OpenAI-compatible server: llama.cpp with SmolLM2, 135 million parameters.

`make llama` installs both into a folder of their own beside the environment; `make test` does so where it can. A test
module imports the fixtures that it uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["NEEDS_LLAMA", "LlamaServer", "llama", "plain_llama"]

_INSTALLED = Path(sys.prefix) / "llama"
_HERE = Path(__file__).parent
_ANSWER_SECONDS = 60

NEEDS_LLAMA = pytest.mark.skipif(
    not (_INSTALLED / "xllamacpp").is_dir(),
    reason="llama.cpp and its model are not installed: make llama",
)


class LlamaServer:
    """`base_url` is what an OpenAI-compatible client is given."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.base_url = f"{address}/v1"

    def is_writing(self) -> bool:
        return bool(json.loads(self._get("/slots"))[0]["is_processing"])

    def tokens_written(self) -> int:
        """By all answers since its start."""
        lines = dict(line.split(" ") for line in self._get("/metrics").splitlines() if not line.startswith("#"))
        return int(lines["llamacpp:tokens_predicted_total"])

    def ask_for_one_token(self) -> None:
        """Returns when the server has written it, which it does not begin before it is done with everybody else."""
        body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        request = urllib.request.Request(
            f"{self.base_url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            answer.read()

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(self._address + path, timeout=_ANSWER_SECONDS) as answer:
            text: str = answer.read().decode()
        return text


@pytest.fixture(scope="session")
def llama() -> Iterator[LlamaServer]:
    """With a chat template that knows tools."""
    with _running(str(_HERE / "llama.jinja")) as server:
        yield server


@pytest.fixture(scope="session")
def plain_llama() -> Iterator[LlamaServer]:
    """With the model's own chat template, which knows none."""
    with _running() as server:
        yield server


@contextmanager
def _running(*arguments: str) -> Iterator[LlamaServer]:
    process = subprocess.Popen(
        [sys.executable, str(_HERE / "llama_server.py"), *arguments],
        env={**os.environ, "PYTHONPATH": str(_INSTALLED)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "llama.cpp did not start"
        yield LlamaServer(address)
    finally:
        process.communicate()  # closes its input, which ends it
