"""The CMC dialect's requirements: stable id, where each comes from, and where we differ or wait.

`source` is the section of the dialect's specification and its mark: `seed` (the published page), `rec` (recorded on
the same host), `oai` (recorded from the upstream), `inferred` (our reading, held in `dialects/cmc/choices.py` or in
the named code), `ours` (our own addition). `test_requirements.py` checks that each row has a test and each test a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

__all__ = ["REQUIREMENTS", "Requirement", "requirement"]

F = TypeVar("F", bound=Callable[..., Any])


class Requirement(Struct, frozen=True):
    id: str
    source: str
    divergence: str = ""
    deferred: str = ""


def requirement(*ids: str) -> Callable[[F], F]:
    """Marks a test as showing these requirements."""

    def mark(test: F) -> F:
        test.requirements = ids  # type: ignore[attr-defined]
        return test

    return mark


_ROWS = (
    # 1 endpoint and transport
    Requirement("CMC-QUICK-START", "1 md: the quick-start body and headers work as published"),
    Requirement("CMC-BEARER-IGNORED", "1 md: an Authorization header is always present and ignored; 10.4"),
    Requirement("CMC-KEY-HEADER", "1 seed: X-CMC_PRO_API_KEY is the credential"),
    Requirement("CMC-KEY-QUERY", "1 inferred: CMC_PRO_API_KEY as a query parameter, unless switched off"),
    Requirement("CMC-CONTENT-TYPE", "1 seed: must be application/json; 400 otherwise and charset accepted: inferred"),
    Requirement("CMC-ACCEPT", "1 inferred: the body's stream flag decides, not Accept"),
    Requirement("CMC-REQUEST-ID", "1 inferred: x-request-id is logged, not echoed"),
    Requirement("CMC-TRACE-ID", "1 seed, rec: x-server-traceid, 32 hex, on every answer; 10.2"),
    Requirement("CMC-JSON-TYPE", "1 rec: application/json without charset"),
    Requirement("CMC-STREAM-TYPE", "1 seed: text/event-stream;charset=UTF-8 exactly; 10.18"),
    Requirement(
        "CMC-UNKNOWN-PATH",
        "1 inferred",
        divergence="404 with an OpenAI envelope, where the host probably answers 200 with the busy envelope: clients "
        "that probe for a path must be told that it is not there",
    ),
    Requirement("CMC-MODELS", "1 ours: GET /v1/models lists the model ids"),
    Requirement("CMC-OPTIONS", "1 rec, 6.3: OPTIONS is left to CORS; no foreign origin is allowed"),
    # 2 request fields
    Requirement("CMC-MODEL-REQUIRED", "2 seed"),
    Requirement("CMC-MODEL-UNKNOWN", "2, 6.1 seed, oai: 404; 10.8"),
    Requirement("CMC-MESSAGES-REQUIRED", "2 seed"),
    Requirement("CMC-MESSAGES-EMPTY", "2, 6.1 seed, wording inferred"),
    Requirement("CMC-STREAM-DEFAULT", "2 seed: default false"),
    Requirement("CMC-TEMPERATURE", "2, 6.1 seed, oai: 0..2 inclusive; 10.7"),
    Requirement("CMC-CAP", "2, 6.1 seed, oai: below about 15 is refused with a word about max_tokens"),
    Requirement("CMC-CAP-BOUNDS", "2 inferred: at least 1, at most a 32-bit integer"),
    Requirement("CMC-TOOL-CHOICE", "2 seed: auto, required, none; an unknown string is the default; 10.5"),
    Requirement("CMC-TOOL-CHOICE-OBJECT", "2, 6.4 seed: HTTP 200 busy envelope; 10.5; arrays likewise: inferred"),
    Requirement("CMC-TOOL-CHOICE-NO-TOOLS", "4 inferred: required without tools is ignored"),
    Requirement("CMC-RESPONSE-FORMAT", "2, 9 seed: json_object and json_schema reach the model; text inferred"),
    Requirement("CMC-STREAM-OPTIONS", "2 seed: accepted, no effect"),
    Requirement("CMC-EFFORT", "2 seed: an unknown string is the default; 10.6"),
    Requirement(
        "CMC-IGNORED-FIELDS", "2 seed: n, stop, logprobs, top_logprobs, parallel_tool_calls; the rest inferred"
    ),
    Requirement("CMC-NULL-IS-ABSENT", "2 inferred: null is as good as absent"),
    Requirement("CMC-WRONG-TYPE", "2 inferred: upstream wording, code invalid_type"),
    Requirement("CMC-ROLE", "2, 6.1 seed: system, user, assistant, tool; developer refused: inferred"),
    Requirement("CMC-CONTENT", "2 seed: a string; null only beside tool_calls: inferred"),
    Requirement("CMC-CONTENT-PARTS", "2 inferred: arrays are refused with the message's path"),
    Requirement("CMC-TOOL-CALL-ID", "2 seed: required on tool messages"),
    Requirement("CMC-TOOL-CALLS-ROLE", "2 seed: only on assistant messages; refusal inferred"),
    Requirement("CMC-FIRST-SYSTEM", "2 seed: only the first system message counts; 10.11"),
    Requirement("CMC-REASONING-IGNORED", "2 inferred: reasoning_content in a request is ignored"),
    Requirement("CMC-ORDER", "2 inferred: order of checks"),
    Requirement("CMC-ERRORS-BEFORE-STREAM", "2 inferred: a refused streaming request gets plain JSON"),
    # 3 success
    Requirement("CMC-PLAIN-BODY", "3.1 seed: exactly the documented keys, no total_tokens; 10.1"),
    Requirement("CMC-ONE-CHOICE", "3.1 seed: one choice whatever n says; 10.10"),
    Requirement("CMC-REASONING", "3.1 seed: reasoning_content always there"),
    Requirement("CMC-FINISH-REASONS", "3.1 seed: stop, length, tool_calls, content_filter"),
    Requirement("CMC-BUILT-IN-TURN", "3.2 seed: empty content, no tool_calls, traces; 10.14"),
    Requirement(
        "CMC-CHAIN", "3.2 inferred: look-ups lead on to the data tools in one request, for at most four rounds"
    ),
    Requirement("CMC-TRACE-SANITIZED", "3.2 seed: no output, citations may be empty; 10.23"),
    Requirement("CMC-TRACE-FAILED", "3.2 seed: error_message, no output, HTTP 200; 10.22"),
    Requirement("CMC-CUSTOM-TURN", "3.3 seed: empty content, tool_calls"),
    Requirement("CMC-ZERO-ARGUMENTS", "3.3 seed: arguments {} of a tool without parameters"),
    Requirement("CMC-MIXED-TURN", "3.3 inferred: traces and custom calls together"),
    # 4 tools
    Requirement("CMC-TOOL-CUSTOM", "4 seed: name and description required, parameters and strict optional"),
    Requirement("CMC-TOOL-NO-DESCRIPTION", "4 seed: server error; busy envelope inferred"),
    Requirement("CMC-TOOL-NO-NAME", "4 inferred: 400"),
    Requirement("CMC-TOOL-NAME-FORM", "4 inferred: upstream rule for names"),
    Requirement("CMC-TOOL-NO-TYPE", "4 seed: tolerated; 10.16"),
    Requirement("CMC-TOOL-BUILT-IN", "4 seed: by name alone, whatever else is sent; 10.15"),
    Requirement("CMC-TOOL-PREFIX", "4 inferred: an unknown cmc_ name is the caller's own"),
    Requirement("CMC-TOOL-TWICE", "4 ours: of two tools with one name the later holds"),
    Requirement("CMC-TOOL-STRICT", "4, 6.1 seed, oai: strict schemas at every level; 10.17"),
    Requirement("CMC-TOOL-SCHEMA", "4 inferred: a root of another type, or nested too deeply, is refused"),
    Requirement("CMC-TOOLS-128", "6.1 oai"),
    Requirement("CMC-FORMAT-STRICT", "6.1 oai"),
    # 5 resumption
    Requirement("CMC-RESUME", "5 seed: previous_response_id with user or tool messages; a new id comes back"),
    Requirement("CMC-RESUME-COMPLETED", "5, 6.1 seed: 400; 10.13"),
    Requirement("CMC-RESUME-UNKNOWN", "5 inferred: upstream wording"),
    Requirement("CMC-RESUME-PENDING", "5 inferred: upstream wording"),
    Requirement("CMC-RESUME-CALLS", "5 inferred: the assistant's calls are not sent again"),
    Requirement("CMC-RESUME-ONE-WINNER", "5, 10.24 inferred: of concurrent resumes one wins"),
    Requirement("CMC-REPLAY", "5, 6.1 seed: both shapes refused with the misspelt text; 10.12"),
    # 6 errors
    Requirement("CMC-KEY-MISSING", "6.2 seed: HTTP 200, code 1002 as a string; 10.3"),
    Requirement("CMC-KEY-INVALID", "6.2 seed: HTTP 200, code 1001; 10.3"),
    Requirement("CMC-OUR-LIMITS", "6.2 inferred: codes of the family for our own limits"),
    Requirement("CMC-METHOD", "6.3 seed: 405 for every verb but POST; body inferred; 10.9"),
    Requirement("CMC-UPSTREAM", "6.5 inferred: 429, 500, 503, 504 in the OpenAI envelope"),
    Requirement("CMC-UPSTREAM-NATIVE", "6.5 seed: may keep the provider's own body"),
    Requirement("CMC-UPSTREAM-SECRET", "6.5 ours: what concerns the operator's account stays inside"),
    Requirement("CMC-ERROR-FRAME", "6.5 inferred: after the first byte an error frame, then [DONE]"),
    Requirement("CMC-BAD-JSON", "6.1 inferred: 400 whatever is wrong with the body"),
    Requirement("CMC-BODY-TOO-LARGE", "6.1 ours: 413 in the OpenAI envelope"),
    Requirement("CMC-BODY-TOO-SLOW", "6.1 ours: 408 in the OpenAI envelope"),
    Requirement("CMC-DEFECT", "6.5 ours: a defect is a 500 that tells nothing of its cause"),
    # 7 streaming
    Requirement("CMC-STREAM-BYTES", "7 seed: frames, their order and the terminator, byte for byte; 10.18"),
    Requirement("CMC-STREAM-STATS", "7 seed: the stats frame always comes; 10.19"),
    Requirement("CMC-STREAM-BUILT-IN", "7 seed: one frame; 10.20"),
    Requirement("CMC-STREAM-CUSTOM", "7 inferred: fragments, a closing frame, the stats frame"),
    Requirement(
        "CMC-STREAM-TEXT-BEFORE-CALL",
        "3.3, 7",
        divergence="text written before a custom call is streamed as it comes, and void in the buffered body: holding "
        "every stream back until its end would leave nothing of streaming",
    ),
    Requirement("CMC-STREAM-REASONING", "7 seed: reasoning_content fragments before content"),
    Requirement("CMC-HANG-UP", "7 ours: a client's hang-up stops the run, streamed or not"),
    # 8 billing, 9 response formats
    Requirement("CMC-COST", "8 seed, inferred: an exact number without exponent, present at zero too"),
    Requirement("CMC-SURCHARGE", "8 seed: paid when a built-in is listed; 10.21"),
    Requirement("CMC-NO-COST-ON-ERROR", "8 inferred: errors carry no cmc"),
    # ours
    Requirement("CMC-CRYPTODESK-OBJECT", "ours: the extra object with receipt and sources", deferred="receipts issue"),
)

REQUIREMENTS = {row.id: row for row in _ROWS}
assert len(REQUIREMENTS) == len(_ROWS), "an id stands twice"
