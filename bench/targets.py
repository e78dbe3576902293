"""What is measured and what it is asked: the servers that can be started, and the three kinds of request."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

__all__ = [
    "CHUNKS",
    "FLOOR",
    "HELD",
    "MOCK",
    "MODES",
    "PRODUCT",
    "PRODUCT_KEY",
    "YARDSTICK",
    "Launch",
    "Mode",
    "Place",
    "Target",
    "clean_environment",
    "product_environment",
    "request_body",
]

ROOT = Path(__file__).resolve().parent.parent
PRODUCT_KEY = "bench-9f27c1d84b6e4a0f8d53e7b2c6a91f40"
YARDSTICK_KEY = "sk-yardstick-3c8e1f"
MESSAGES = [
    {
        "role": "system",
        "content": "You write short market notes. Use only what you were given and name what is missing.",
    },
    {"role": "user", "content": "Which of bitcoin, ether and solana moved most against the dollar in the last week?"},
    {"role": "assistant", "content": "I will compare their weekly changes, volumes and funding and come back to you."},
    {
        "role": "user",
        "content": "Please do, in under three hundred words, and end with what to watch in the next days.",
    },
]


class Mode(Struct, frozen=True):
    """`pace_ms` is the time the mock lets pass between two chunks of a stream."""

    name: str
    is_stream: bool = False
    pace_ms: int | None = None


MODES = {
    mode.name: mode
    for mode in (Mode("buffered"), Mode("dense", is_stream=True), Mode("paced", is_stream=True, pace_ms=5))
}
HELD = Mode("held", is_stream=True, pace_ms=1000)
CHUNKS = 50


class Place(Struct, frozen=True):
    """Where one server is to run: its port, the upstream's base URL and an empty folder of its own."""

    port: int
    upstream: str
    folder: Path


class Launch(Struct, frozen=True):
    command: list[str]
    env: dict[str, str]


class Target(Struct, frozen=True):
    """One server. `holds_*` are texts that a good answer has beside the mock's own."""

    name: str
    launch: Callable[[Place], Launch] | None
    model: str = "mock-model"
    path: str = "/v1/chat/completions"
    headers: Callable[[Place], tuple[str, ...]] = lambda _: ()
    holds_buffered: tuple[str, ...] = ('"finish_reason"',)
    holds_stream: tuple[str, ...] = ("data: [DONE]",)
    start_limit_seconds: float = 30.0
    is_peer: bool = False

    def holds(self, mode: Mode) -> tuple[str, ...]:
        return self.holds_stream if mode.is_stream else self.holds_buffered


def request_body(target: Target, mode: Mode) -> bytes:
    """The same conversation for every target; the pace is said in the prompt, see mock.c."""
    messages: list[Any] = MESSAGES
    if mode.pace_ms is not None:
        messages = [
            *MESSAGES[:-1],
            {**MESSAGES[-1], "content": f"{MESSAGES[-1]['content']} bench-pace-{mode.pace_ms}ms"},
        ]
    body: dict[str, Any] = {"model": target.model, "messages": messages, "temperature": 0.2}
    body["max_completion_tokens"] = 600
    if mode.is_stream:
        body["stream"] = True
    return msgspec.json.encode(body)


# Whatever could turn a server under test towards a real provider, a proxy or the user's own data.
_FOREIGN = re.compile(
    r"(_API_KEY|_BASE_URL|_API_BASE|_proxy)$|^(CRYPTODESK_|LITELLM|PORTKEY|DATABASE_URL|PORT$)", re.IGNORECASE
)


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without keys, proxies and settings of the servers under test, nor the word to the
    interpreter to keep no bytecode: users have theirs kept."""
    source = os.environ if environment is None else environment
    return {
        name: value for name, value in source.items() if not _FOREIGN.search(name) and name != "PYTHONDONTWRITEBYTECODE"
    }


def product_environment(home: Path, port: int | None = None) -> dict[str, str]:
    """As a user starts it, with nothing but a data folder, a port and a known key: the analyst answers. From the store,
    so that no vendor is part of what is measured."""
    added = {"CRYPTODESK_HOME": str(home), "CRYPTODESK_BOOTSTRAP_KEY": PRODUCT_KEY, "CRYPTODESK_DATA": "snapshot"}
    if port is not None:
        added["CRYPTODESK_PORT"] = str(port)
    return clean_environment() | added


def _launch_product(place: Place) -> Launch:
    upstream = {"CRYPTODESK_OPENAI_BASE_URL": place.upstream, "OPENAI_API_KEY": "sk-mock"}
    env = product_environment(place.folder, place.port) | upstream
    return Launch([sys.executable, "-m", "cryptodesk", "serve"], env)


def _launch_yardstick(place: Place) -> Launch:
    env = {"BENCH_UPSTREAM": place.upstream, "BENCH_KEY": YARDSTICK_KEY, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uvicorn", "bench.yardstick:app", "--host", "127.0.0.1", "--port", str(place.port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return Launch(command, clean_environment() | env)


def _launch_floor(place: Place) -> Launch:
    plain = _launch_yardstick(place)
    command = ["bench.floor:make_app" if word == "bench.yardstick:app" else word for word in plain.command]
    return Launch([*command, "--factory"], {**plain.env, "BENCH_FOLDER": str(place.folder)})


MOCK = Target("mock", None)
YARDSTICK = Target(
    "yardstick",
    _launch_yardstick,
    headers=lambda _: (f"Authorization: Bearer {YARDSTICK_KEY}",),
    holds_buffered=('"finish_reason"', '"gateway"'),
    holds_stream=("data: [DONE]", '"gateway"'),
)
FLOOR = structs.replace(YARDSTICK, name="floor", launch=_launch_floor)
PRODUCT = Target(
    "cryptodesk",
    _launch_product,
    model="cmc-ai-v1-gpt-5.1",
    headers=lambda _: (f"X-CMC_PRO_API_KEY: {PRODUCT_KEY}",),
    holds_buffered=('"finish_reason":"stop"', '"total_cost":0.0'),
    holds_stream=("data:[DONE]", '"total_cost":0.0'),
)
