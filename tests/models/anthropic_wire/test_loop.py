"""A run of several rounds: the engine, the provider and a server that checks signatures as the vendor does."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.requests import RunLimits
from cryptodesk.models.anthropic_wire._provider import AnthropicWireProvider
from tests.engine.fakes import Desk, ask
from tests.models.anthropic_wire.upstream import Exchange, Upstream, body, streamed, text, tool_use

Request = dict[str, Any]


def unmarked(part: Any) -> Any:
    """Where a cache begins is no part of what was said."""
    if isinstance(part, dict):
        return {name: unmarked(value) for name, value in part.items() if name != "cache_control"}
    return [unmarked(value) for value in part] if isinstance(part, list) else part


def signature(request: Request, before: int) -> str:
    """Stands for everything that precedes a block of thinking."""
    prefix = [request["model"], request.get("system"), request.get("tools"), request["messages"][:before]]
    return hashlib.sha256(json.dumps(unmarked(prefix), sort_keys=True).encode()).hexdigest()


class Vendor:
    """Thinks and calls a tool `rounds` times, then answers. Refuses thinking that is not where it was, and with
    `must_begin` a tool loop that does not begin with its thinking."""

    def __init__(self, rounds: int, *, must_begin: bool = False) -> None:
        self.rounds = rounds
        self.must_begin = must_begin
        self.signed = 0

    async def reply(self, exchange: Exchange) -> None:
        request = exchange.json
        fault = self.fault(request)
        if fault:
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": fault}}
            await exchange.answer(400, json.dumps(error).encode())
            return
        answer = self.answer(request)
        if request.get("stream"):
            await exchange.stream(*streamed(answer))
        else:
            await exchange.answer(200, json.dumps(answer).encode())

    def fault(self, request: Request) -> str | None:
        calls = 0
        for place, message in enumerate(request["messages"]):
            kinds = [block["type"] for block in message["content"]]
            signed = [block["signature"] for block in message["content"] if block["type"] == "thinking"]
            self.signed += len(signed)
            if any(found != signature(request, place) for found in signed):
                return "Invalid `signature` in `thinking` block"
            if "tool_use" in kinds:
                calls += 1
                if self.must_begin and "thinking" in request and calls == 1 and kinds[0] != "thinking":
                    return "Expected `thinking` or `redacted_thinking`, but found `tool_use`."
        return None

    def answer(self, request: Request) -> Request:
        done = sum(message["role"] == "assistant" for message in request["messages"])
        may_call = request.get("tool_choice", {}).get("type") != "none"
        if done >= self.rounds or not may_call:
            return body(text("64,000 USD."))
        thought = {"type": "thinking", "thinking": "", "signature": signature(request, len(request["messages"]))}
        calls = [tool_use(f"toolu_{done}_{number}", "market", {"n": 2 * done + number}) for number in range(2)]
        return body(thought, text("Let me look. "), *calls, stop="tool_use")


async def run(vendor: Vendor, profile: ModelProfile | None = None, **asked: Any) -> Any:
    async with Upstream(vendor.reply) as upstream:
        profiles = {"fake-upstream": profile or ModelProfile()}
        provider = AnthropicWireProvider("fake", upstream.base_url, "sk-ant", profiles=profiles)
        desk = Desk(fake=provider)  # type: ignore[arg-type]
        try:
            fold = await desk.result(
                ask(built_in_tools=("market",), after_tools="answer", reasoning_effort="high", **asked)
            )
        finally:
            await provider.close()
    return fold, upstream.requests


@pytest.mark.parametrize("stream", [True, False])
async def test_every_round_of_a_run_sends_back_all_thinking_before_it(stream: bool) -> None:
    vendor = Vendor(3)
    fold, requests = await run(vendor, stream=stream)
    assert fold.failed is None
    assert fold.text.endswith("64,000 USD.")
    assert len(fold.traces) == 6
    assert len(requests) == 4
    assert vendor.signed == 1 + 2 + 3


async def test_a_budget_holds_through_the_run() -> None:
    vendor = Vendor(2, must_begin=True)
    fold, requests = await run(vendor, profile=ModelProfile(reasoning_efforts={"high": "2048"}))
    assert fold.failed is None
    assert [request.json["thinking"]["budget_tokens"] for request in requests] == [2048] * 3


def test_the_server_of_these_tests_does_check() -> None:
    asked = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    request = {"model": "m", "messages": [asked]}
    answer = {"role": "assistant", "content": Vendor(1).answer(request)["content"]}
    assert Vendor(1).fault({"model": "m", "messages": [asked, answer]}) is None
    for changed in (
        {"model": "n", "messages": [asked, answer]},
        {"model": "m", "messages": [asked, asked, answer]},
        {"model": "m", "messages": [asked, answer], "system": []},
        {"model": "m", "messages": [asked, answer], "tools": []},
    ):
        assert Vendor(1).fault(changed) == "Invalid `signature` in `thinking` block"


async def test_the_last_round_of_a_limited_run_goes_without_what_its_new_prompt_made_void() -> None:
    vendor = Vendor(9)
    fold, requests = await run(vendor, limits=RunLimits(rounds=3))
    assert fold.failed is None
    assert "64,000 USD." in fold.text
    kinds = [block["type"] for message in requests[-1].json["messages"] for block in message["content"]]
    assert "thinking" not in kinds
    assert kinds.count("tool_use") == kinds.count("tool_result") == 4
