"""The strict OpenAI dialect's requirements: stable id, where each comes from, and where we differ.

`source` names OpenAI's API reference (`ref`), its published OpenAPI schema (`spec`), its official libraries (`sdk`), a
client that was run (`run`), or our own addition (`ours`). `test_requirements.py` checks that each row has a test and
each test a row."""

from __future__ import annotations

from tests.dialects.cmc.requirements import Requirement, requirement

__all__ = ["REQUIREMENTS", "Requirement", "requirement"]

_ROWS = (
    # 1 routes, keys, headers
    Requirement("OAI-CHAT", "ref: POST /chat/completions"),
    Requirement("OAI-MODELS", "ref: GET /models, GET /models/{id}"),
    Requirement("OAI-RESPONSES", "ref: POST /responses", divergence="without state: no previous_response_id"),
    Requirement("OAI-UNKNOWN-URL", "run: 404 with the envelope, code unknown_url"),
    Requirement("OAI-METHOD", "ours: 405 with Allow; OPTIONS grants no foreign origin"),
    Requirement("OAI-BEARER", "ref: Authorization: Bearer; 401 missing, invalid_api_key"),
    Requirement("OAI-CONTENT-TYPE", "ours: application/json alone, which keeps foreign pages out"),
    Requirement("OAI-REQUEST-ID", "ref: x-request-id on every answer"),
    Requirement("OAI-LIMIT-HEADERS", "ref: headers of a caller's limits go with every answer to it"),
    Requirement("OAI-IDEMPOTENT", "ours: Idempotency-Key, as in the other dialects"),
    # 2 request
    Requirement("OAI-REQUIRED", "ref: model and messages"),
    Requirement("OAI-TYPES", "ref: wrong types are told with their path, code invalid_type"),
    Requirement("OAI-RANGES", "ref: temperature, top_p, penalties, token limits"),
    Requirement("OAI-UNKNOWN-FIELDS", "ours", divergence="accepted and ignored; OpenAI refuses them"),
    Requirement("OAI-IGNORED", "ours: sampling and bookkeeping parameters are accepted and passed over"),
    Requirement("OAI-REFUSED", "ours: what cannot be honoured is refused with unsupported_parameter"),
    Requirement("OAI-N", "ours: n is 1", divergence="OpenAI serves up to 128 choices"),
    Requirement("OAI-LOGPROBS", "ours", divergence="refused, as OpenAI does for its reasoning models"),
    Requirement("OAI-MAX-TOKENS", "ref: max_completion_tokens; max_tokens is its older name"),
    Requirement("OAI-EFFORT", "ref: none to xhigh; the core's four degrees take the nearest"),
    Requirement("OAI-STOP", "ref: up to four sequences, none of them in the text"),
    Requirement("OAI-ROLES", "ref: developer, system, user, assistant, tool"),
    Requirement("OAI-INSTRUCTIONS", "ours", divergence="all instructions become one message in front"),
    Requirement("OAI-CONTENT", "ref: text or parts; other parts than text are refused"),
    Requirement("OAI-REPLAY", "ref: calls and results are replayed; each call has its result"),
    Requirement("OAI-TOOLS", "ref: up to 128 functions; strict schemas are checked"),
    Requirement("OAI-TOOL-CHOICE", "ref: none, auto, required, a function, allowed_tools"),
    Requirement("OAI-PARALLEL", "ref: parallel_tool_calls false gives at most one call"),
    Requirement("OAI-FORMAT", "ref: json_object, json_schema, strict"),
    Requirement("OAI-BAD-JSON", "ours: any bytes get an answer in the envelope"),
    # 3 answers
    Requirement("OAI-COMPLETION", "spec: every body is valid"),
    Requirement("OAI-CHUNKS", "spec: every frame is valid, then [DONE]"),
    Requirement("OAI-INCLUDE-USAGE", "ref: usage null in every chunk, then a chunk without choices"),
    Requirement("OAI-USAGE", "spec: totals, cached and reasoning tokens"),
    Requirement("OAI-TOOL-CALLS", "spec: whole, and in pieces with their index"),
    Requirement("OAI-ANNOTATIONS", "spec: url_citation; in a stream one delta: run"),
    Requirement("OAI-SAME", "ours: a stream says what the buffered body says"),
    Requirement("OAI-ERROR", "ref: {error: {message, type, param, code}} under its true status"),
    Requirement("OAI-RETRY", "sdk: Retry-After and x-should-retry"),
    Requirement("OAI-STREAM-ERROR", "run: an error frame, then [DONE]"),
    Requirement("OAI-HANG-UP", "ours: a client that is gone ends its run"),
    # 4 what is ours
    Requirement("OAI-BUILT-INS", "ours: offered unasked by a setting, looped to a finished answer"),
    Requirement("OAI-RESEARCH", "ours: by request or setting the research graph answers"),
    Requirement("OAI-EXTRA", "ours: the object cryptodesk, by default, in full or in part, or not at all"),
    Requirement("OAI-EXTRA-STREAM", "ours: the frames' objects joined are the body's object"),
    Requirement("OAI-EXTRA-ASK", "ours: include, as_of, max_cost_usd, research and its options, tools"),
    Requirement("OAI-HELPERS", "ours: titles, tags and questions for Open WebUI and LibreChat, free"),
)

REQUIREMENTS = {row.id: row for row in _ROWS}
assert len(REQUIREMENTS) == len(_ROWS), "ids are unique"
