"""A valid request for every route: written by hand where the body matters, made of the server's description else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from bench.survival.drive import KEY

__all__ = ["Seed", "seeds_of"]

_KEYS: Final = (f"X-CMC_PRO_API_KEY: {KEY}", f"Authorization: Bearer {KEY}")
_PARAMETER = re.compile(r"\{[^}]*\}")
_METHODS: Final = ("get", "post", "put", "patch", "delete")

_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "get_balance",
        "description": "A balance.",
        "parameters": {"type": "object", "properties": {"account": {"type": "string"}}, "required": ["account"]},
    },
}
_MESSAGES: Final = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is Bitcoin?"}]
_CHAT: Final = {"model": "scripted-plain", "messages": _MESSAGES, "temperature": 0.2, "max_completion_tokens": 200}
_STREAM: Final = {**_CHAT, "stream": True, "tools": [_TOOL], "tool_choice": "auto"}
_ASK: Final = {"messages": [{"role": "user", "content": "What is Bitcoin?"}], "verbosity": "succinct"}
_RPC: Final = {"jsonrpc": "2.0", "id": 1}

# The bodies of a route, each a seed of its own.
_BODIES: Final[dict[str, Sequence[Any]]] = {
    "/v1/chat/completions": (_CHAT, _STREAM),
    "/v1/quote": (_CHAT,),
    "/openai/v1/chat/completions": (_CHAT, {**_STREAM, "stream_options": {"include_usage": True}}),
    "/openai/v1/responses": (
        {"model": "scripted-plain", "input": "What is Bitcoin?", "instructions": "Be brief."},
        {"model": "scripted-plain", "input": [{"role": "user", "content": "Hi"}], "stream": True},
    ),
    "/ai/v1/chat/completions": (_ASK, {**_ASK, "stream": True, "inline_citations": True}),
    "/ai/v2/chat/completions": (_ASK, {**_ASK, "stream": True, "generate_related_questions": 1}),
    "/ai/openai/chat/completions": (_ASK, {**_ASK, "stream": True}),
    "/ai/vercel/chat/completions": (_ASK, {**_ASK, "stream": True}),
    "/ai/v1/classification/extraction": (
        {
            "content": "Bitcoin rose while Vitalik Buterin of Ethereum spoke at a16z.",
            "entityTypes": ["asset", "person"],
        },
    ),
    "/ai/v1/deep-research": ({"query": "What moved Bitcoin?"},),
    "/mcp": (
        {
            **_RPC,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "proof", "version": "1"},
            },
        },
        {**_RPC, "method": "tools/list"},
        {
            **_RPC,
            "method": "tools/call",
            "params": {"name": "cmc_math_eval", "arguments": {"expression": "2 + 2 * 3"}},
        },
    ),
}
_QUERIES: Final = {
    "/v1/usage": "?from=2026-11-01&to=2026-11-30&by=day",
    "/ai/v1/questions/trending": "?limit=5",
    "/ai/v1/deep-research": "?limit=5&offset=0&status=completed",
    "/v1/data": "?kind=quotes",
}
# What is in no description of the API.
_BESIDE: Final = (
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/assets/{name}"),
    ("POST", "/mcp"),
)


class Seed(Struct, frozen=True):
    """`route` is the table's own spelling, `target` the path and query that are asked for. `fixed` is how much of the
    target every mutation of it keeps, so that it stays with its route."""

    method: str
    route: str
    target: str
    fixed: int
    headers: tuple[str, ...]
    body: bytes

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"


def seeds_of(description: Mapping[str, Any]) -> dict[str, list[Seed]]:
    """Route name -> its seeds. `description` is what the server says at `/openapi.json`."""
    found: dict[str, list[Seed]] = {}
    for method, route, operation in _operations(description):
        for body in _bodies(method, route, operation):
            seed = _seed(method, route, body)
            found.setdefault(seed.name, []).append(seed)
    return found


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    told = {
        (method.upper(), route): operation
        for route, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    }
    for method, route in dict.fromkeys((*told, *_BESIDE)):
        yield method, route, told.get((method, route), {})


def _bodies(method: str, route: str, operation: Mapping[str, Any]) -> Sequence[Any]:
    if method == "GET":
        return (None,)
    if route in _BODIES:
        return _BODIES[route]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return (None,)
    examples = [example["value"] for example in content.get("examples", {}).values() if "value" in example]
    return [content["example"]] if "example" in content else examples or [{}]


def _seed(method: str, route: str, body: Any) -> Seed:
    query = _QUERIES.get(route, "?limit=5") if method == "GET" else ""
    target = _PARAMETER.sub("chatcmpl-0123456789abcdef", route) + query
    is_rpc = route == "/mcp"
    headers = ("Host: 127.0.0.1", *_KEYS, *(("Accept: application/json, text/event-stream",) if is_rpc else ()))
    data = b"" if body is None else json.dumps(body).encode()
    if data:
        headers = (*headers, "Content-Type: application/json")
    parameter = route.find("{")
    fixed = parameter if parameter >= 0 else len(route)
    return Seed(method, route, target, fixed, headers, data)
