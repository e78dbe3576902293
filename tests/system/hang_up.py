"""A desk whose clients hang up at a moment that the test chooses: in the middle of any provider's stream, to the frame.

The engine, the adapters, the dialects and the ledger are the product's own. The provider is a server on loopback that
sends so many frames and then waits for its connection to be closed; the client hangs up once the engine has read what
was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from cryptodesk.app.desk import Desk
from cryptodesk.app.recording.taping import Untaped
from cryptodesk.catalog.models import load_models
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import ModelEvent, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.money import Receipt
from cryptodesk.core.ports import Entry, ModelCatalog, Provider
from cryptodesk.core.requests import Caller
from cryptodesk.core.resilience import Resilience
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, DialectSettings, Message
from cryptodesk.drills.answers import Call, Said, counted_for
from cryptodesk.drills.catalogue import redirected, write_catalogue
from cryptodesk.drills.loopback import Exchange, Upstream
from cryptodesk.drills.script import role_of, said_for
from cryptodesk.drills.wires import AnthropicWire, GeminiWire, OpenAIWire, Wire
from cryptodesk.settings import Settings
from tests.dialects.support import no_lifespan

__all__ = [
    "CHAT",
    "FLAVOURS",
    "MIXES",
    "NOW",
    "QUESTION",
    "RESEARCH",
    "Booked",
    "Flavour",
    "HangUpDesk",
    "Mix",
    "hang_up_desk",
]

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHAT = "/v1/chat/completions"
RESEARCH = ("/ai/v1/chat/completions", "/ai/v2/chat/completions", "/ai/openai/chat/completions")
QUESTION = [{"role": "user", "content": "What is the price of Bitcoin?"}]
_ACCOUNT = "account"
_SPINS = 5_000
_SETTLE_SPINS = 12


class Flavour(Struct, frozen=True):
    """A vendor as the catalogue has it: a model of its, and how it streams."""

    model_id: str
    wire: Wire


FLAVOURS: dict[str, Flavour] = {
    "openai": Flavour("cmc-ai-v1-gpt-5.1", OpenAIWire()),
    "openai, sums in every chunk": Flavour("cmc-ai-v1-gpt-5.1", OpenAIWire(usage_place="running")),
    "deepseek": Flavour("deepseek-flash", OpenAIWire(usage_place="with_finish")),
    "glm": Flavour("glm-5.3", OpenAIWire(usage_place="with_finish")),
    "glm, usage in the choice": Flavour("glm-5.3", OpenAIWire(usage_place="in_choice")),
    "openrouter": Flavour("openrouter/openai/gpt-4.1", OpenAIWire("reasoning", cost_usd="0.00104925")),
    "anthropic": Flavour("claude-sonnet-5-5", AnthropicWire()),
    "gemini": Flavour("gemini-3.8-flash", GeminiWire()),
}


class Mix(Struct, frozen=True):
    """What an answer is made of, and the tools that the request lists for it."""

    said: Said
    tools: tuple[dict[str, Any], ...] = ()


def _said(text: Sequence[str] = (), reasoning: Sequence[str] = (), calls: Sequence[Call] = ()) -> Said:
    said = Said(tuple(text), tuple(reasoning), tuple(calls))
    return structs.replace(said, counted=counted_for(said, 1_843, 1_024))


_SCHEMA = {"type": "object", "properties": {"wallet": {"type": "string"}}, "required": ["wallet"]}
_OWN = {"function": {"name": "get_balance", "description": "The balance of a wallet.", "parameters": _SCHEMA}}
_MATHS = {"function": {"name": "cmc_math_eval"}}
_WALLETS = [Call(f"call_{name}", "get_balance", f'{{"wallet":"{name}"}}') for name in ("main", "spare")]

MIXES: dict[str, Mix] = {
    "text": Mix(_said(["Bitcoin ", "is a ₿ ", "currency."])),
    "reasoning and text": Mix(_said(["Bitcoin ", "is money."], ["The user ", "asks."])),
    "a call of the client's": Mix(_said(calls=_WALLETS[:1]), (_OWN,)),
    "text and calls side by side": Mix(_said(["Let me ", "look. "], calls=_WALLETS), (_OWN,)),
    "a call of a built-in": Mix(_said(calls=[Call("call_1", "cmc_math_eval", '{"expression":"2 + 3"}')]), (_MATHS,)),
    "reasoning and a built-in": Mix(
        _said(reasoning=["Hm. "], calls=[Call("call_1", "cmc_math_eval", '{"expression":"2 + 3"}')]), (_MATHS,)
    ),
}


class Booked(Struct, frozen=True):
    """What is on record of a run."""

    charges: tuple[Entry, ...]
    surcharges: tuple[Entry, ...]
    holds: tuple[Entry, ...]
    receipt: Receipt


class _AnyKey:
    """Lets in whoever brings a key, under the key's own text."""

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return Caller(_ACCOUNT, presented_key)


class _Counting(Untaped):
    """Knows how many characters the engine has taken from its provider."""

    def __init__(self) -> None:
        self.characters = 0

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return _CountingCatalog(catalog, self)


class _CountingCatalog:
    def __init__(self, catalog: ModelCatalog, counting: _Counting) -> None:
        self._catalog = catalog
        self._counting = counting

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        return self._catalog.resolve(model_id)

    def provider(self, name: str) -> Provider:
        return _CountingProvider(self._catalog.provider(name), self._counting)

    @property
    def resilience(self) -> Resilience:
        return self._catalog.resilience


class _CountingProvider:
    def __init__(self, provider: Provider, counting: _Counting) -> None:
        self.name = provider.name
        self._provider = provider
        self._counting = counting

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        async with aclosing(self._provider.stream(request)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                for event in batch:
                    if isinstance(event, TextDelta | ReasoningDelta):
                        self._counting.characters += len(event.text)
                    elif isinstance(event, ToolCallDelta):
                        self._counting.characters += len(event.arguments)
                yield batch

    async def close(self) -> None:
        await self._provider.close()


class _Script:
    """What the provider does next: `frames` of the answer, and the rest if it is to be whole."""

    def __init__(self) -> None:
        self.wire: Wire = OpenAIWire()
        self.said = Said()
        self.frames: int | None = None
        self.is_research = False
        self.waits = asyncio.Event()
        self.left = asyncio.Event()
        self.answered: list[Said] = []
        self.characters = 0  # of all that was sent
        self.cut_characters = 0  # of the answer that was cut
        self._gathered = 0

    async def reply(self, exchange: Exchange) -> None:
        asked = exchange.json
        model = self.wire.model_of(exchange.path, asked)
        role = role_of(exchange.body, asked, is_research=self.is_research)
        said = said_for(role, exchange.body, self._gathered) if self.is_research else self.said
        self._gathered += role == "gather"
        if role != "write" or self.frames is None:
            self.answered.append(said)
            self.characters += sum(frame.characters for frame in self.wire.frames(said, model))
            await self._answer(exchange, said, model, asked)
            return
        frames = self.wire.frames(said, model)[: self.frames]
        self.cut_characters = sum(frame.characters for frame in frames)
        self.characters += self.cut_characters
        await exchange.stream(*(frame.data for frame in frames), end=False)
        self.waits.set()
        await exchange.hung_up()
        self.left.set()

    async def _answer(self, exchange: Exchange, said: Said, model: str, asked: dict[str, Any]) -> None:
        if self.wire.is_streamed(exchange.path, asked):
            await exchange.stream(*(frame.data for frame in self.wire.frames(said, model)))
        else:
            await exchange.answer(200, self.wire.body(said, model))


class HangUpDesk:
    def __init__(self, desk: Desk, counting: _Counting, upstream: Upstream) -> None:
        self.desk = desk
        self.script = _Script()
        self._counting = counting
        self._upstream = upstream
        upstream.reply = self._reply
        self._apps: dict[str, ASGIApp] = {}
        self._number = 0

    async def _reply(self, exchange: Exchange) -> None:
        await self.script.reply(exchange)

    def route(self, flavour: Flavour) -> ModelRoute:
        return next(route for route in self.desk.models.resolve(flavour.model_id) if route.is_language_model)

    def app(self, research_model: str) -> ASGIApp:
        """The dialects over the desk, with this model behind the researched answers."""
        if research_model not in self._apps:
            desk = self.desk
            ports = DialectPorts(
                engine=desk.engine,
                keys=_AnyKey(),
                clock=desk.clock,
                built_in_tools=frozenset(desk.tools.names()),
                settings=DialectSettings(watch_after_seconds=0.0),
                limits=desk.limits,
                research=desk.research,
                research_model=research_model,
                money=desk.money,
            )
            self._apps[research_model] = build_asgi(ports, no_lifespan)
        return self._apps[research_model]

    async def killed_after(self, flavour: Flavour, said: Said, frames: int, path: str, body: dict[str, Any]) -> Booked:
        """The client's connection is gone once the engine has read `frames` of the answer's frames."""
        script = self._play(flavour, said, frames, path)
        characters = self._counting.characters
        gone = asyncio.Event()
        asking = asyncio.create_task(self._ask(flavour, path, body, gone))
        async with asyncio.timeout(20):
            await _first_of(asyncio.create_task(script.waits.wait()), asking)
            for _ in range(_SPINS):
                if self._counting.characters >= characters + script.characters:
                    break
                await asyncio.sleep(0)
            for _ in range(_SETTLE_SPINS):
                await asyncio.sleep(0)
            gone.set()
            await asking
            await script.left.wait()
        return await self._booked()

    async def answered(self, flavour: Flavour, said: Said, path: str, body: dict[str, Any]) -> tuple[bytes, Booked]:
        """Nobody hangs up."""
        self._play(flavour, said, None, path)
        messages = await self._ask(flavour, path, body, asyncio.Event())
        return b"".join(message.get("body", b"") for message in messages), await self._booked()

    async def refused(self, path: str, body: dict[str, Any]) -> None:
        """Before anybody upstream is asked."""
        self._number += 1
        messages = await self._ask(FLAVOURS["openai"], path, body, asyncio.Event())
        assert messages[0]["status"] >= 400

    def _play(self, flavour: Flavour, said: Said, frames: int | None, path: str) -> _Script:
        script = self.script = _Script()
        script.wire, script.said, script.frames, script.is_research = flavour.wire, said, frames, path != CHAT
        self._number += 1
        return script

    async def _ask(self, flavour: Flavour, path: str, body: dict[str, Any], gone: asyncio.Event) -> list[Message]:
        sent: list[Message] = []
        pending = [{"type": "http.request", "body": json.dumps(body).encode()}]

        async def receive() -> Message:
            if pending:
                return pending.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        key = f"key-{self._number}".encode()
        headers = [(b"content-type", b"application/json"), (b"authorization", b"Bearer " + key)]
        headers.append((b"x-cmc_pro_api_key", key))
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await self.app(flavour.model_id)(scope, receive, send)
        return sent

    async def _booked(self) -> Booked:
        key_id = f"key-{self._number}"
        entries = [
            entry for entry in self.desk.ledger.entries(key_id=key_id) if entry.amount_usd or not entry.served_by
        ]
        holds = self.desk.ledger.holds(key_id=key_id)
        receipt = await self.desk.money.receipt(Caller(_ACCOUNT, key_id), holds[0].run_id)
        assert receipt is not None, "the receipt is not there by the run's id"
        return Booked(
            tuple(entry for entry in entries if entry.kind == "charge"),
            tuple(entry for entry in entries if entry.kind == "surcharge"),
            holds,
            receipt,
        )


async def _first_of(*tasks: asyncio.Task[Any]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


@asynccontextmanager
async def hang_up_desk(home: Path) -> AsyncIterator[HangUpDesk]:
    async def nobody(exchange: Exchange) -> None:
        raise AssertionError("nobody was to be asked")

    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream(nobody))
        models_file = home / "models.toml"
        write_catalogue(redirected(load_models(), upstream.origin), models_file)
        settings = Settings(home=home, data="snapshot", models_file=models_file, documents_sync=False)
        counting = _Counting()
        desk = await stack.enter_async_context(Desk(settings, FixedClock(NOW), taping=counting))
        yield HangUpDesk(desk, counting, upstream)
