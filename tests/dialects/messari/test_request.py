"""From a body to a run: every field, its defaults, its aliases, and its clear refusal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.requests import RunLimits, RunRequest
from cryptodesk.core.research import ResearchOptions
from cryptodesk.dialects._ports import DialectSettings
from cryptodesk.dialects.messari.request import Asked, Name, parse_request
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import RESEARCH_MODEL, question
from tests.dialects.support import BUILT_INS, CALLER, make_ports

PORTS = structs.replace(make_ports(), research_model=RESEARCH_MODEL, limits=RunLimits(rounds=3))
NAMES: tuple[Name, ...] = ("messari_v1", "messari_v2", "messari_openai", "messari_vercel")


def parse(body: Any = None, name: Name = "messari_openai", include: bytes = b"", early: bytes = b"") -> Asked:
    raw = body if isinstance(body, bytes) else json.dumps(question() if body is None else body).encode()
    return parse_request(raw, CALLER, "t1", PORTS, name, (include, early))


def options(name: Name = "messari_openai", **fields: Any) -> ResearchOptions:
    found = parse(question(**fields), name).run.research
    assert found is not None
    return found


def refused(body: Any, name: Name = "messari_openai") -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse(body, name)
    return caught.value


# -- the run -----------------------------------------------------------------------------------------------------------


@requirement("MES-RUN", "MES-MODEL-ANY")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["messari", "gpt-5", 7, None, ["x"]])
def test_a_run_goes_to_the_research_model_with_every_built_in_tool(name: Name, model: Any) -> None:
    run = parse(question(model=model), name).run
    assert (run.model_id, run.dialect, run.trace_id, run.caller) == (RESEARCH_MODEL, name, "t1", CALLER)
    assert (run.built_in_tools, run.after_tools) == (tuple(sorted(BUILT_INS)), "answer")
    assert run.limits == RunLimits(rounds=3)
    assert [(m.role, m.text) for m in run.messages] == [("user", "What is Bitcoin?")]


@requirement("MES-VERBOSITY", "MES-FORMAT", "MES-INLINE", "MES-RELATED", "MES-CLARIFY", "MES-NULL-IS-ABSENT")
@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_are_the_published_ones(name: Name, nulls: bool) -> None:
    fields = ("verbosity", "response_format", "inline_citations", "generate_related_questions", "stream", "cryptodesk")
    found = options(name, **(dict.fromkeys((*fields, "allow_clarification_query", "stream_format")) if nulls else {}))
    assert found == ResearchOptions("balanced", False, name == "messari_v2", 2, True)


@requirement("MES-VERBOSITY", "MES-LEGACY")
@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("succinct", "succinct"),
        ("balanced", "balanced"),
        ("verbose", "verbose"),
        ("concise", "succinct"),
        ("normal", "balanced"),
        ("detailed", "verbose"),
    ],
)
def test_each_level_of_detail_is_understood(sent: str, meant: str) -> None:
    assert options(verbosity=sent).verbosity == meant


@requirement("MES-FORMAT", "MES-LEGACY")
@pytest.mark.parametrize(
    ("sent", "is_plain"), [("markdown", False), ("plaintext", True), ("text", True), ("json", False)]
)
def test_each_format_is_understood(sent: str, is_plain: bool) -> None:
    assert options(response_format=sent).is_plain is is_plain


@requirement("MES-FORMAT-OBJECT")
def test_openais_format_object_is_markdown_or_refused() -> None:
    assert options(response_format={"type": "text"}).is_plain is False
    for kind in ("json_object", "json_schema", "", None):
        error = refused(question(response_format={"type": kind}))
        assert error.param == "response_format.type"
        assert "markdown, plaintext" in error.message


@requirement("MES-INLINE", "MES-CLARIFY", "MES-RELATED")
@pytest.mark.parametrize("name", NAMES)
def test_a_request_decides_about_citations_questions_and_clarification(name: Name) -> None:
    sent = {"inline_citations": True, "generate_related_questions": 5, "allow_clarification_query": False}
    assert options(name, **sent) == ResearchOptions("balanced", False, True, 5, False)
    assert options(name, inline_citations=False, generate_related_questions=0).cites_inline is False
    assert options(name, generate_related_questions=0).related_questions == 0
    assert options(name, generate_related_questions=3.0).related_questions == 3


@requirement("MES-CAMEL-CASE")
def test_camel_case_names_are_as_good_and_the_documented_ones_go_first() -> None:
    sent = {
        "inlineCitations": True,
        "generateRelatedQuestions": 4,
        "allowClarificationQuery": False,
        "responseFormat": "plaintext",
    }
    assert options(**sent) == ResearchOptions("balanced", True, True, 4, False)
    assert options(**sent, generate_related_questions=1).related_questions == 1
    assert parse(question(stream=True, streamFormat="vercel")).is_vercel
    assert refused(question(inlineCitations="yes")).param == "inlineCitations"


@requirement("MES-RELATED")
@pytest.mark.parametrize("name", NAMES)
def test_how_many_questions_come_unasked_is_a_setting_but_on_v2(name: Name) -> None:
    ports = structs.replace(PORTS, settings=DialectSettings(default_related_questions=0))
    asked = parse_request(b'{"messages":[{"role":"user","content":"a"}]}', CALLER, "t", ports, name, (b"", b""))
    assert asked.run.research is not None
    assert asked.run.research.related_questions == (2 if name == "messari_v2" else 0)


# -- how the answer goes out -------------------------------------------------------------------------------------------


@requirement("MES-STREAM-FORMAT", "MES-STREAM-FLAG")
@pytest.mark.parametrize(
    ("name", "fields", "stream", "is_vercel"),
    [
        ("messari_v1", {}, False, False),
        ("messari_v1", {"stream": True, "stream_format": "vercel"}, True, False),
        ("messari_v2", {"stream": True}, True, False),
        ("messari_openai", {}, False, False),
        ("messari_openai", {"stream": True}, True, False),
        ("messari_openai", {"stream": True, "stream_format": "openai"}, True, False),
        ("messari_openai", {"stream": True, "stream_format": "vercel"}, True, True),
        ("messari_openai", {"stream_format": "vercel"}, False, False),
        ("messari_vercel", {}, True, True),
        ("messari_vercel", {"stream": False}, True, True),
    ],
)
def test_route_and_flags_decide_how_the_answer_goes_out(
    name: Name, fields: dict[str, Any], stream: bool, is_vercel: bool
) -> None:
    asked = parse(question(**fields), name)
    assert (asked.run.stream, asked.is_vercel) == (stream, is_vercel)


@requirement("MES-EARLY")
@pytest.mark.parametrize("header", [b"1", b"true", b" True "])
def test_early_headers_are_asked_for_by_header_or_body_and_mean_nothing_to_a_stream(header: bytes) -> None:
    assert parse(early=header).is_early
    assert parse(question(cryptodesk={"early_headers": True})).is_early
    assert not parse(question(cryptodesk={"early_headers": False})).is_early
    assert not parse(early=b"0").is_early
    assert not parse(question(stream=True), early=header).is_early


@requirement("MES-EXTRA")
def test_the_extra_object_adds_up_with_its_header() -> None:
    body = question(cryptodesk={"include": ["progress"], "as_of": "2026-01-31"})
    run = parse(body, include=b"verification").run
    assert (run.include, run.as_of) == ({"progress", "verification"}, datetime(2026, 2, 1, tzinfo=UTC))


@requirement("MES-EXTRA", "MES-WRONG-TYPE")
@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ("x", "cryptodesk"),
        ({"includes": []}, "cryptodesk"),
        ({"early_headers": "1"}, "cryptodesk"),
        ({"include": ["receipts"]}, "cryptodesk.include"),
        ({"as_of": "2030-01-01"}, "cryptodesk.as_of"),
    ],
)
def test_a_malformed_extra_object_is_refused(extra: Any, param: str) -> None:
    assert refused(question(cryptodesk=extra)).param == param


# -- what is refused ---------------------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"verbosity": 1}, "verbosity", "must be a string, not an integer"),
    ({"verbosity": "chatty"}, "verbosity", "must be one of succinct, balanced, verbose, not 'chatty'"),
    ({"verbosity": ""}, "verbosity", "must be one of succinct, balanced, verbose, not ''"),
    ({"response_format": True}, "response_format", "must be a string, not a boolean"),
    ({"response_format": "html"}, "response_format", "must be one of markdown, plaintext, not 'html'"),
    ({"responseFormat": ["text"]}, "responseFormat", "must be a string, not an array"),
    ({"inline_citations": "true"}, "inline_citations", "must be a boolean, not a string"),
    ({"inline_citations": 1}, "inline_citations", "must be a boolean, not an integer"),
    ({"allow_clarification_query": 0}, "allow_clarification_query", "must be a boolean, not an integer"),
    ({"stream": "false"}, "stream", "must be a boolean, not a string"),
    ({"stream_format": "ndjson"}, "stream_format", "must be one of openai, vercel, not 'ndjson'"),
    ({"stream_format": 1}, "stream_format", "must be a string, not an integer"),
    ({"generate_related_questions": True}, "generate_related_questions", "must be an integer, not a boolean"),
    ({"generate_related_questions": "2"}, "generate_related_questions", "must be an integer, not a string"),
    ({"generate_related_questions": 2.5}, "generate_related_questions", "must be an integer, not a number"),
    ({"generate_related_questions": -1}, "generate_related_questions", "must be between 0 and 5, not -1"),
    ({"generate_related_questions": 6}, "generate_related_questions", "must be between 0 and 5, not 6"),
    ({"generateRelatedQuestions": 10**30}, "generateRelatedQuestions", "must be "),
]


@requirement("MES-WRONG-TYPE", "MES-VERBOSITY", "MES-RELATED", "MES-FORMAT")
@pytest.mark.parametrize(("fields", "param", "fault"), WRONG)
def test_a_wrong_field_is_refused_by_its_name(fields: dict[str, Any], param: str, fault: str) -> None:
    error = refused(question(**fields))
    assert error.param == param
    assert error.message.startswith(f"{param} {fault}")


@requirement("MES-UNKNOWN-FIELDS")
def test_unknown_fields_are_ignored_whatever_they_hold() -> None:
    plain = parse().run
    odd = question(temperature="hot", tools=7, user=[], n=3, stream_options={"include_usage": True}, max_tokens=None)
    assert parse(odd).run == plain


@requirement("MES-BAD-JSON")
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "is empty"),
        (b"{", "is not valid JSON"),
        (b"[]", "is not a JSON object"),
        (b'"a"', "is not a JSON object"),
        (b'{"messages":[{"role":"user","content":"\xff"}]}', "is not valid UTF-8 (byte 39)"),
        (b'{"model":"\xff","messages":[]}', "is not valid UTF-8"),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "is nested too deeply"),
        (b'{"messages":[{"role":"user","content":"\\ud800"}]}', "is not valid JSON"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes, fault: str) -> None:
    assert fault in refused(body).message


def test_a_quoted_value_is_clipped() -> None:
    assert len(refused(question(verbosity="x" * 100_000)).message) < 400


def is_the_same(one: RunRequest, other: RunRequest) -> bool:
    return structs.replace(one, dialect="") == structs.replace(other, dialect="")


def test_all_routes_read_the_same_body_alike() -> None:
    body = question(inline_citations=True, stream=True)
    assert all(is_the_same(parse(body, name).run, parse(body, "messari_v1").run) for name in NAMES)
