"""Answers that are none, or are written otherwise than documented, by every vendor of the catalogue: what can be read
is, what cannot is an error of the error catalogue, and nothing hangs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from cryptodesk.catalog.models import load_models
from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import ModelFinished
from tests.contracts.vendors import (
    CALLS,
    TEXT,
    USAGE,
    VENDORS,
    Vendor,
    answering,
    ask,
    calls_of,
    events,
    failure,
    rewritten,
    serving,
    text_of,
    until_failure,
)
from tests.models._http.upstream import Exchange, sse_head

PLACES = {"index", "output_index", "content_index", "summary_index", "sequence_number", "item_id"}
USAGES = {"usage", "usageMetadata"}
MADE = [(call_id, name, json.loads(arguments)) for call_id, name, arguments in CALLS]
HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture(params=[True, False], ids=["streamed", "buffered"])
def stream(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def without(names: set[str]) -> Callable[[Any], Any]:
    def strip(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: strip(part) for name, part in said.items() if name not in names}
        return [strip(part) for part in said] if isinstance(said, list) else said

    return strip


def test_every_provider_of_the_catalogue_takes_part() -> None:
    providers = load_models().providers.items()
    reached = {name for name, entry in providers if entry.base_url or entry.base_url_env}
    assert {vendor.provider for vendor in VENDORS.values()} == reached


async def test_a_good_answer_is_read(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        await answering(vendor, exchange, stream=stream, calls=CALLS)

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=stream))
    assert (text_of(found), calls_of(found)) == (TEXT, MADE)
    assert found[-1] == ModelFinished("tool_calls", USAGE)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(HTML, "text/html"), (HTML, "application/json"), (HTML, "text/event-stream"), (b"", "application/json"),
     (b"", "text/event-stream"), (b"", "text/html"), (b"not json", "application/json"), (b"null", "application/json"),
     (b"[]", "application/json"), (b'"text"', "application/json"), (b"[" * 100_000, "application/json"),
     (b'{"a":' * 100_000, "application/json"), (b"\xff\xfe{}", "application/json"), (b"\0" * 1000, "application/json"),
     (b"data: not json\n\n", "text/event-stream"), (b"data: [DONE]\n\n", "text/event-stream"),
     (b": ping\n\ndata:\n\n", "text/event-stream"), (b"data: null\n\n", "text/event-stream"),
     (b"data: 7\n\n", "text/event-stream"), (b'data: {"\xff"}\n\n', "text/event-stream"),
     (b"event: done\n\nid: 7\n\nretry: 9\n\n", "text/event-stream")],
    ids=lambda part: repr(part[:12]),
)  # fmt: skip
async def test_a_200_that_is_no_answer_is_a_bad_answer(
    vendor: Vendor, stream: bool, body: bytes, content_type: str
) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, body, content_type)

    async with serving(vendor, reply) as (provider, _):
        error = await failure(provider, ask(vendor, stream=stream))
    assert type(error) is UpstreamBadAnswer
    assert error.retryable
    assert (error.upstream, error.upstream_status in (None, 200)) == (vendor.name, True)


async def test_json_that_is_no_answer_is_a_bad_answer(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        body = vendor.no_answers[len(upstream.requests) - 1]
        if stream:
            await exchange.stream(b"data: " + body + b"\n\n")
        else:
            await exchange.answer(200, body)

    async with serving(vendor, reply) as (provider, upstream):
        for body in vendor.no_answers:
            assert type(await failure(provider, ask(vendor, stream=stream))) is UpstreamBadAnswer, body


@pytest.mark.parametrize("label", ["text/plain", "application/octet-stream", "", "text/event-stream;charset=utf-8"])
async def test_a_stream_under_another_label_is_read(vendor: Vendor, label: str) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, b"".join(vendor.frames(TEXT, ())), label)

    async with serving(vendor, reply) as (provider, _):
        assert text_of(await events(provider, ask(vendor, stream=True))) == TEXT


@pytest.mark.parametrize("label", ["text/plain", "text/html", "", "application/json; charset=utf-8"])
async def test_a_body_under_another_label_is_read(vendor: Vendor, label: str) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, json.dumps(vendor.whole(TEXT, ())).encode(), label)

    async with serving(vendor, reply) as (provider, _):
        assert text_of(await events(provider, ask(vendor, stream=False))) == TEXT


async def test_whoever_answers_whole_or_streams_against_what_was_asked_is_read(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        await answering(vendor, exchange, stream=not stream, calls=CALLS)

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=stream))
    assert (text_of(found), calls_of(found)) == (TEXT, MADE)


async def test_every_byte_may_come_by_itself_also_inside_a_character(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        for byte in b"".join(vendor.frames("₿🚀", ())):
            await exchange.chunk(bytes([byte]))
        await exchange.write(b"0\r\n\r\n")

    async with serving(vendor, reply) as (provider, _):
        assert text_of(await events(provider, ask(vendor, stream=True))) == "₿🚀"


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
async def test_lines_may_end_in_any_documented_way(vendor: Vendor, ending: bytes) -> None:
    async def reply(exchange: Exchange) -> None:
        frames = [frame.replace(b"\r\n", b"\n").replace(b"\n", ending) for frame in vendor.frames(TEXT, CALLS)]
        await exchange.stream(b"\xef\xbb\xbf", *frames)

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=True))
    assert (text_of(found), calls_of(found)) == (TEXT, MADE)


async def test_indexes_may_be_missing(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*rewritten(vendor.frames(TEXT, CALLS), without(PLACES)))

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=True))
    assert (text_of(found), calls_of(found)) == (TEXT, MADE)


async def test_ids_that_are_repeated_become_ids_of_their_own(vendor: Vendor, stream: bool) -> None:
    same = [("call_a", name, arguments) for _, name, arguments in CALLS]

    async def reply(exchange: Exchange) -> None:
        await answering(vendor, exchange, stream=stream, calls=same)

    async with serving(vendor, reply) as (provider, _):
        made = calls_of(await events(provider, ask(vendor, stream=stream)))
    assert [call[1:] for call in made] == [call[1:] for call in MADE]
    assert len({call_id for call_id, _, _ in made}) == 2


async def test_usage_that_is_missing_is_unknown_and_not_zero(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        if stream:
            await exchange.stream(*rewritten(vendor.frames(TEXT, ()), without(USAGES)))
        else:
            await exchange.answer(200, json.dumps(without(USAGES)(vendor.whole(TEXT, ()))).encode())

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=stream))
    assert (text_of(found), found[-1]) == (TEXT, ModelFinished("stop", None))


@pytest.mark.parametrize("value", [None, {}, {"prompt_tokens": None}, {"input_tokens": None, "output_tokens": None}])
async def test_usage_that_is_empty_is_unknown_too(vendor: Vendor, value: Any) -> None:
    def emptied(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: value if name in USAGES else emptied(part) for name, part in said.items()}
        return [emptied(part) for part in said] if isinstance(said, list) else said

    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, json.dumps(emptied(vendor.whole(TEXT, ()))).encode())

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=False))
    assert (text_of(found), found[-1]) == (TEXT, ModelFinished("stop", None))


async def test_usage_in_every_frame_counts_once(vendor: Vendor) -> None:
    whole = vendor.whole(TEXT, ())
    usage = {name: whole[name] for name in USAGES if name in whole}

    async def reply(exchange: Exchange) -> None:
        frames = rewritten(vendor.frames(TEXT, ()), lambda said: {**said, **usage} if "usage" not in said else said)
        await exchange.stream(*frames)

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=True))
    assert (text_of(found), found[-1]) == (TEXT, ModelFinished("stop", USAGE))


async def test_frames_that_say_nothing_change_nothing(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        frames = vendor.frames(TEXT, CALLS)
        nothings = [f"data: {json.dumps(nothing)}\n\n".encode() for nothing in vendor.nothings]
        nothings += [b": ping\n\n", b"data:\n\n", b"event: x\n\n", b"\n\n\n"]
        await exchange.stream(frames[0], *nothings, frames[1], *nothings, *frames[2:])

    async with serving(vendor, reply) as (provider, _):
        found = await events(provider, ask(vendor, stream=True))
    assert (text_of(found), calls_of(found)) == (TEXT, MADE)


async def test_a_frame_of_nearly_a_megabyte_is_read_and_a_longer_one_is_a_bad_answer(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        size = 990_000 if len(upstream.requests) == 1 else 1_100_000
        await exchange.stream(*rewritten(vendor.frames("x", ()), lambda said: {**said, "padding": "y" * size}))

    async with serving(vendor, reply) as (provider, upstream):
        assert text_of(await events(provider, ask(vendor, stream=True))) == "x"
        error = await failure(provider, ask(vendor, stream=True))
        await upstream.hung_up.wait()
    assert type(error) is UpstreamBadAnswer


async def test_a_body_of_several_megabytes_is_read(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await answering(vendor, exchange, stream=False, text="₿" * 1_000_000)

    async with serving(vendor, reply) as (provider, _):
        assert text_of(await events(provider, ask(vendor, stream=False))) == "₿" * 1_000_000


async def test_a_packed_answer_is_unpacked_and_one_that_cannot_be_is_a_bad_answer(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        whole = json.dumps(vendor.whole(TEXT, ())).encode()
        plain = b"".join(vendor.frames(TEXT, ())) if stream else whole
        packed = (gzip.compress(plain), b"no gzip at all", gzip.compress(plain)[:-20], gzip.compress(plain)[:9])
        label = "text/event-stream" if stream else "application/json"
        await exchange.answer(200, packed[len(upstream.requests) - 1], label, "Content-Encoding: gzip\r\n")

    async with serving(vendor, reply) as (provider, upstream):
        assert text_of(await events(provider, ask(vendor, stream=stream))) == TEXT
        for _ in range(3):
            found, error = await until_failure(provider, ask(vendor, stream=stream))
            assert type(error) is UpstreamBadAnswer or (stream and text_of(found) == TEXT)


async def test_a_small_body_that_unpacks_to_a_huge_one_is_a_bad_answer(
    vendor: Vendor, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptodesk.models._http.answers.MAX_BODY_BYTES", 500_000)
    bomb = gzip.compress((b": " + b"0" * 1000 + b"\n\n") * 5000 if stream else b" " * 5_000_000)

    async def reply(exchange: Exchange) -> None:
        label = "text/event-stream" if stream else "application/json"
        await exchange.answer(200, bomb, label, "Content-Encoding: gzip\r\n")

    async with serving(vendor, reply) as (provider, _):
        assert type(await failure(provider, ask(vendor, stream=stream))) is UpstreamBadAnswer
