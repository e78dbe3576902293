"""A whole server told to send: every span arrives, ends, and stands where it belongs.

One server plays all that is looked at, each in a trace of its own; what was received is read once it has ended."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.app.tracing.opening import open_telemetry
from cryptodesk.core.clock import FixedClock
from cryptodesk.settings import Settings, SettingsError
from tests.app.tracing.collector import CLIENT, INTERNAL, SERVER, Collector, collecting
from tests.app.tracing.support import NOW, send_to, serving
from tests.dialects.support import KEY, PATH, Answer, Client, built_in, chat

WORDS = "CANARY-words-of-a-caller"
SUM = [{"role": "user", "content": '{"expression": "2 + 3"}'}]
TRACE = "4bf92f3577b34da6a3ce929d0e0e473"  # and one more character for each
CUT, TWICE, STOOD_IN = (TRACE + end for end in "abc")
PARENT = "00f067aa0ba902b7"
HEADERS = {"content-type": "application/json", "x-cmc_pro_api_key": KEY, "host": "127.0.0.1"}


def within(trace_id: str) -> dict[str, str]:
    return {**HEADERS, "traceparent": f"00-{trace_id}-{PARENT}-01"}


@dataclass
class Played:
    """What a server was asked, and what a collector was told of it."""

    collector: Collector
    answers: dict[str, Answer] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    handed_on: list[str] = field(default_factory=list)

    def trace(self, name: str) -> Collector:
        """The spans of one trace: that of an answer, or one by its id."""
        answer = self.answers.get(name)
        trace_id = name if answer is None else answer.headers["x-server-traceid"]
        return Collector("", [span for span in self.collector.spans if span.trace_id == trace_id])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    home = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch, collecting() as collector:
        played = Played(collector)
        more = {"EXPORTER_OTLP_HEADERS": "x-team=blue", "EXPORTER_OTLP_TRACES_COMPRESSION": "gzip"}
        send_to(collector.url, patch, SERVICE_NAME="desk-of-a-test", **more)
        async with broken_vendor(played.handed_on) as url:
            patch.setenv("OPENAI_API_KEY", "sk-CANARY-of-the-suite")
            patch.setenv("OPENAI_BASE_URL", url)
            settings = {"data": "simulated", "simulated_coins": 500, "model_retries": 0, "log_format": "json"}
            both = {"otel_traces": "otlp", "otel_metrics": "otlp", "log_file": home / "desk.log"}
            async with serving(home, **settings, **both, research_model="cryptodesk-analyst") as client:
                await play(client, played.answers)
        lines = (home / "desk.log").read_text().splitlines()
        played.lines = [line for line in map(json.loads, lines) if line["logger"] == "cryptodesk.run"]
        yield played


async def play(client: Client, answers: dict[str, Answer]) -> None:
    tool_run = chat(model="scripted-tool_call", messages=SUM, tools=[built_in("cmc_math_eval")], user=WORDS)
    answers["tool"] = await client.post(tool_run, HEADERS)
    answers["refused"] = await client.post(chat(model=WORDS), HEADERS)
    answers["stood in"] = await client.post(chat(model="cmc-ai-v1-gpt-5.1"), within(STOOD_IN))
    for name in ("first", "second"):
        answers[name] = await client.post(chat(model="scripted-plain"), within(TWICE))
    await leave_at_first_byte(client, chat(model="scripted-never_ends", stream=True))
    answers["mcp"] = await client.call("GET", "/mcp", headers=HEADERS)
    question = {"messages": [{"role": "user", "content": f"What is the price of Bitcoin? {WORDS}"}]}
    asking = {**HEADERS, "x-messari-api-key": KEY}
    answers["research"] = await client.call("POST", "/ai/v2/chat/completions", json.dumps(question).encode(), asking)
    answers["page"] = await client.call("GET", "/metrics", headers=HEADERS)


async def leave_at_first_byte(client: Client, body: Any) -> None:
    pieces, gone = [json.dumps(body).encode()], asyncio.Event()

    async def receive() -> Any:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(), "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message.get("body"):
            gone.set()

    await client.app(client.scope("POST", PATH, within(CUT)), receive, send)


@asynccontextmanager
async def broken_vendor(seen: list[str]) -> AsyncIterator[str]:
    """Refuses everybody with a 503; `seen` gets the `traceparent` of each request."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        seen.extend(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("traceparent:"))
        writer.write(b"HTTP/1.1 503 Down\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def test_every_span_ended_within_its_trace_and_holds_nothing_that_nobody_is_to_read(played: Played) -> None:
    known = {span.span_id for span in played.collector.spans}
    assert len(known) == len(played.collector.spans) > 30
    for span in played.collector.spans:
        assert span.end >= span.start > 0
        assert span.parent_id in known | {"", PARENT}, span.name
        for secret in (WORDS, KEY, "sk-CANARY", "Bitcoin", "2 + 3"):
            assert secret not in span.text, span.name


def test_a_run_with_a_tool_is_one_trace_by_the_conventions_names(played: Played) -> None:
    answer, trace = played.answers["tool"], played.trace("tool")
    request, run, call = trace.one(f"POST {PATH}"), trace.one("invoke_agent cryptodesk"), trace.one("chat")
    tool, commit = trace.one("execute_tool"), trace.one("store commit")
    assert (request.parent_id, run.parent_id) == ("", request.span_id)
    assert {call.parent_id, tool.parent_id, commit.parent_id} == {run.span_id}
    assert [s.kind for s in (request, run, call, tool, commit)] == [SERVER, INTERNAL, CLIENT, INTERNAL, CLIENT]
    assert request.end >= run.end >= commit.end >= commit.start >= tool.end >= tool.start >= call.end
    assert request.attributes["http.response.status_code"] == 200
    assert call.name == "chat tool_call"
    assert call.attributes["gen_ai.operation.name"] == "chat"
    assert call.attributes["gen_ai.provider.name"] == "scripted"
    assert call.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]
    assert call.attributes["gen_ai.usage.input_tokens"] == answer.json["usage"]["prompt_tokens"]
    assert call.attributes["gen_ai.response.time_to_first_chunk"] >= 0
    assert tool.attributes["gen_ai.tool.name"] == "cmc_math_eval"
    assert commit.attributes["db.system.name"] == "sqlite"
    assert run.attributes["cryptodesk.outcome"] == "finished"
    assert run.attributes["cryptodesk.tool_calls"] == 1
    assert run.attributes["gen_ai.request.model"] == "scripted-tool_call"


def test_who_tells_and_with_which_headers_is_as_the_standard_variables_say(played: Played) -> None:
    assert played.collector.resource["service.name"] == "desk-of-a-test"
    assert played.collector.resource["service.instance.id"]
    assert {headers["x-team"] for headers in played.collector.headers} == {"blue"}
    assert set(played.collector.paths) == {"/v1/traces", "/v1/metrics"}


def test_a_researched_answer_has_its_nodes_as_children_and_their_work_within_them(played: Played) -> None:
    answer = played.answers["research"]
    trace = played.trace(answer.headers["x-request-id"].replace("-", ""))
    run, nodes, tools = trace.one("invoke_agent"), trace.named("node "), trace.named("execute_tool")
    assert answer.status == 200
    assert run.attributes["cryptodesk.is_research"] is True
    assert {"node plan", "node write", "node verify"} <= {node.name for node in nodes}
    assert {node.parent_id for node in nodes} == {run.span_id}
    assert all(node.attributes["cryptodesk.node.form"] == "rules" for node in nodes)
    assert tools
    assert all(any(trace.is_within(tool, node) for node in nodes) for tool in tools)
    assert trace.is_within(trace.one("store commit"), run)


def test_a_provider_that_fails_and_the_one_that_stands_in_are_spans_of_one_run(played: Played) -> None:
    answer, trace = played.answers["stood in"], played.trace(STOOD_IN)
    assert (answer.status, answer.json["model"]) == (200, "cryptodesk-analyst-1")
    run, (failed, stood_in) = trace.one("invoke_agent"), trace.named("chat ")
    assert failed.parent_id == stood_in.parent_id == run.span_id
    assert (failed.is_error, failed.attributes["error.type"]) == (True, "upstream_unavailable")
    assert (stood_in.is_error, stood_in.attributes["cryptodesk.outcome"]) == (False, "finished")
    assert not run.is_error
    assert trace.one("POST").parent_id == PARENT
    assert answer.headers["x-server-traceid"] == STOOD_IN
    assert played.handed_on == [f"00-{STOOD_IN}-{failed.span_id}-01"]


def test_a_stream_that_its_reader_leaves_ends_all_of_its_spans(played: Played) -> None:
    trace = played.trace(CUT)
    run, call, commit = trace.one("invoke_agent"), trace.one("chat"), trace.one("store commit")
    assert (run.attributes["cryptodesk.outcome"], run.is_error) == ("cancelled", False)
    assert (call.attributes["cryptodesk.outcome"], call.is_error) == ("closed", False)
    assert commit.parent_id == run.span_id, "what was used is settled within the run"
    assert trace.one("POST").end >= run.end >= commit.end
    assert float(run.attributes["cryptodesk.amount_usd"]) > 0
    assert trace.one("store reserve").parent_id == run.span_id


def test_the_same_trace_sent_twice_is_two_runs_and_the_log_names_the_trace(played: Played) -> None:
    runs = played.trace(TWICE).named("invoke_agent")
    ids = {run.attributes["cryptodesk.run_id"] for run in runs}
    assert len(ids) == 2
    assert {line["run_id"] for line in played.lines if line["trace_id"] == TWICE} == ids
    assert {played.answers[name].headers["x-server-traceid"] for name in ("first", "second")} == {TWICE}


def test_the_log_has_a_line_for_each_run_under_its_trace(played: Played) -> None:
    told = {span.attributes["cryptodesk.run_id"]: span.trace_id for span in played.collector.named("invoke_agent")}
    assert {line["run_id"]: line["trace_id"] for line in played.lines} == told


def test_a_refused_model_is_an_error_of_the_run_and_none_of_the_request(played: Played) -> None:
    trace = played.trace("refused")
    run = trace.one("invoke_agent")
    assert (run.is_error, run.attributes["error.type"]) == (True, "model_not_found")
    assert not trace.one("POST").is_error


def test_mcp_is_traced_and_counted_as_a_request(played: Played) -> None:
    answer = played.answers["mcp"]
    (trace_id,) = {value.decode() for name, value in answer.header_list if name == b"x-server-traceid"}
    assert played.trace(trace_id).one("GET /mcp").attributes["http.response.status_code"] == 405
    assert 'cryptodesk_http_responses_total{status="405"} 1.0' in played.answers["page"].body.decode()


def test_metrics_are_sent_as_the_page_tells_them_histograms_too(played: Played) -> None:
    collector = played.collector
    assert collector.points("cryptodesk_runs")["", "cmc", "scripted-tool_call", "finished"].as_double == 1
    duration = collector.points("cryptodesk_run_duration_seconds")["cmc",]
    assert duration.count == sum(duration.bucket_counts) == 6
    assert len(duration.bucket_counts) == len(duration.explicit_bounds) + 1
    assert not duration.HasField("min")
    (group,) = collector.points("cryptodesk_store_group_size").values()
    assert group.count > 6
    assert group.sum >= group.count
    assert collector.points("cryptodesk_requests_open")[()].as_double == 0
    assert collector.points("cryptodesk_build")


# -- what is not sent --------------------------------------------------------------------------------------------------


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


async def test_off_is_off(tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    send_to(collector.url, monkeypatch)
    async with serving(tmp_path) as client:
        answer = await client.post(chat(model="scripted-plain"), within(TWICE))
    assert (answer.status, answer.headers["x-server-traceid"] == TWICE) == (200, False)
    assert collector.paths == []


def test_nothing_is_wrapped_where_nothing_is_sent(tmp_path: Path) -> None:
    telemetry, part = open_telemetry(Settings(home=tmp_path), FixedClock(NOW)), object()
    for wrap in (telemetry.observer, telemetry.over, telemetry.watch, telemetry.ports):
        assert wrap(part) is part  # type: ignore[arg-type]


def test_the_standard_switch_turns_all_of_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    telemetry = open_telemetry(Settings(home=tmp_path, otel_traces="otlp", otel_metrics="otlp"), FixedClock(NOW))
    assert telemetry.spans is None


def test_a_missing_extra_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = importlib.import_module

    def import_module(name: str, package: str | None = None) -> Any:
        if name.startswith("opentelemetry."):
            raise ModuleNotFoundError(f"No module named {name!r}", name="opentelemetry")
        return genuine(name, package)

    monkeypatch.setattr(importlib, "import_module", import_module)
    with pytest.raises(SettingsError, match=r"'opentelemetry'.*pip install 'cryptodesk\[otel\]'"):
        open_telemetry(Settings(home=tmp_path, otel_traces="otlp"), FixedClock(NOW))


@pytest.mark.parametrize(
    ("variable", "value", "field_name"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "otel_traces"),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json", "otel_metrics"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "soon", "otel_metrics"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0", "otel_metrics"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1", "otel_traces"),
    ],
)
def test_a_variable_that_cannot_be_followed_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field_name: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=r"OTEL_"):
        open_telemetry(Settings(home=tmp_path, **{field_name: "otlp"}), FixedClock(NOW))  # type: ignore[arg-type]


async def test_a_collector_that_is_away_costs_spans_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Nothing listens on port 1 of this machine, and what is tried again is tried within a tenth of a second.
    send_to("http://127.0.0.1:1", monkeypatch, EXPORTER_OTLP_TIMEOUT="0.1")
    async with serving(tmp_path, otel_traces="otlp") as client:
        assert (await client.post(chat(model="scripted-plain"), HEADERS)).status == 200
    assert [record for record in caplog.records if record.name.startswith("opentelemetry")]
