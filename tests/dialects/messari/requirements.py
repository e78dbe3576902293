"""The Messari dialects' requirements: stable id, where each comes from, and where we differ or wait.

`source` is the section of the dialect's specification and its mark: `seed` (the published page), `doc` (the other
published pages), `kit` (the official SDK), `cb` (the official example app), `run` (found by running the clients),
`inferred` (our reading, held in `dialects/messari/choices.py` or in the named code), `ours` (our own addition).
`test_requirements.py` checks that each row has a test and each test a row."""

from __future__ import annotations

from tests.dialects.cmc.requirements import Requirement, requirement
from tests.dialects.messari.requirements_side import ROWS as SIDE_ROWS

__all__ = ["REQUIREMENTS", "Requirement", "requirement"]

_ROWS = (
    # 1 endpoints, keys
    Requirement("MES-V1", "1 seed: POST /ai/v1/chat/completions"),
    Requirement("MES-V2", "1 doc: POST /ai/v2/chat/completions"),
    Requirement("MES-OPENAI", "1 doc: POST /ai/openai/chat/completions"),
    Requirement("MES-VERCEL", "1 doc: POST /ai/vercel/chat/completions, stream only"),
    Requirement("MES-MODELS", "1 inferred: GET /ai/openai/models with one entry"),
    Requirement("MES-KEY", "1 seed, kit: x-messari-api-key in any case"),
    Requirement("MES-BEARER", "1 cb, inferred: Authorization: Bearer on every route"),
    Requirement("MES-NO-RESEARCH", "ours: without a research graph the chat routes are not there"),
    Requirement("MES-FOREIGN-PAGE", "ours: a page of another origin must present a key"),
    # 1.1 request
    Requirement("MES-CONTENT-TYPE", "1.1 seed: any content type"),
    Requirement("MES-MESSAGES", "1.1 kit: required, the last one the user's"),
    Requirement(
        "MES-MESSAGE-LIMIT",
        "1.1 kit, 7",
        divergence="at most six are published; the last six are answered and `Cryptodesk-Notice` says so, because the "
        "official app sends the whole history each time",
    ),
    Requirement("MES-ROLES", "1.1 kit, 7: system, user, assistant; developer as system: ours"),
    Requirement("MES-CONTENT", "1.1 kit; arrays of parts inferred"),
    Requirement("MES-MULTI-CONTENT", "1.1 seed: text parts honoured, image parts refused"),
    Requirement("MES-IGNORED-FIELDS", "1.1 seed: the published struct's other fields"),
    Requirement("MES-VERBOSITY", "1.1 doc, kit: three levels, balanced by default"),
    Requirement("MES-FORMAT", "1.1 doc, seed: markdown, plaintext; `text` is plaintext: 7"),
    Requirement("MES-FORMAT-OBJECT", "1.1 inferred: OpenAI's object of type text is markdown, others 400"),
    Requirement("MES-INLINE", "1.1, 7: true on v2, false elsewhere"),
    Requirement("MES-RELATED", "1.1 seed, doc: 0 to 5; the default is a setting: 7"),
    Requirement("MES-CLARIFY", "1.1 doc: allowed unless switched off"),
    Requirement("MES-STREAM-FLAG", "1.1, 2.1 cb: the body decides, never Accept"),
    Requirement("MES-MODEL-ANY", "1.1 doc: anything is accepted, the answer says messari-ai"),
    Requirement("MES-STREAM-FORMAT", "1.1 cb: openai or vercel, on the OpenAI route"),
    Requirement("MES-LEGACY", "1.1 kit, inferred: concise, normal, detailed; text, json"),
    Requirement("MES-CAMEL-CASE", "1.1 doc, inferred: camelCase aliases"),
    Requirement("MES-UNKNOWN-FIELDS", "1.1 inferred: ignored"),
    Requirement("MES-NULL-IS-ABSENT", "1.1 inferred"),
    Requirement("MES-WRONG-TYPE", "1.1 inferred: 400 that names the field"),
    # 1.2, 1.3 answers
    Requirement("MES-V1-BODY", "1.2 seed: error, data.messages, metadata"),
    Requirement("MES-V2-SOURCES", "1.2 doc, 7: sources and cited_sources"),
    Requirement("MES-OPENAI-BODY", "1.2 doc, kit: bare object with metadata, UUID as id"),
    Requirement("MES-NO-DATA-KEY", "1.2 kit: never a top-level data on the OpenAI route"),
    Requirement("MES-USAGE", "1.2 inferred: OpenAI's usage object"),
    Requirement("MES-MESSAGE-CITATIONS", "1.2 inferred: message.citations, an array of strings"),
    Requirement("MES-ANNOTATIONS", "ours: url_citation annotations for ordinary clients, by setting"),
    Requirement("MES-JSON-TYPE", "1.2 kit: application/json"),
    Requirement("MES-STATUS", "1.3, 7 inferred: success, clarification"),
    Requirement("MES-TRACE-ID", "1.3 inferred: a UUID string, that of x-request-id"),
    Requirement("MES-SOURCE", "1.3 seed, cb: citationId from 1, domain never empty"),
    Requirement("MES-CHART", "1.3 seed, kit, cb: the exact members"),
    Requirement("MES-RELATED-COUNT", "1.3 seed: at most as many as were asked for"),
    # 2 streams
    Requirement("MES-SSE-ORDER", "2.2 run: role, text, charts, finish, [DONE]"),
    Requirement("MES-SSE-FORM", "2.2 run: `data: ` with a space, no CRLF, whole events in one write"),
    Requirement("MES-SSE-CHOICES", "2.2 run: choices with a delta on every chunk"),
    Requirement("MES-SSE-CHARTS", "2.2 run: charts in a chunk of their own, only if there are any"),
    Requirement("MES-SSE-FINISH", "2.2 run: the finish chunk carries metadata"),
    Requirement("MES-SSE-KEEP-ALIVE", "2.2 run: comments between events"),
    Requirement("MES-SSE-ERROR", "2.2 run: a failure in mid-stream"),
    Requirement("MES-SSE-HEADERS", "2.2: type, no-cache, no buffering"),
    Requirement("MES-EARLY-ROLE", "ours: headers and role go out when the run begins"),
    Requirement("MES-V1-STREAM", "2.3 kit: data.messages[0].delta.content; the last event inferred"),
    Requirement("MES-V1-STREAM-ERROR", "2.3 inferred: a string error beside an empty delta"),
    Requirement("MES-VERCEL-LINES", "2.4 run: 0, 2, h, e, d lines"),
    Requirement("MES-VERCEL-HEADERS", "2.4: x-vercel-ai-data-stream: v1, text/plain"),
    Requirement("MES-VERCEL-ITEMS", "2.4 cb: chart_data and citation_data with a fresh uuid each"),
    Requirement("MES-VERCEL-ERROR", "2.4 run: 3: with a JSON string, then d:"),
    Requirement("MES-VERCEL-TEXT", "2.4 cb: always a text line"),
    # 3 errors
    Requirement("MES-ERROR", "3 doc: {error: string, data: null} on every route, as JSON"),
    Requirement("MES-401", "3 doc: Invalid API key, missing or wrong"),
    Requirement("MES-404", "3: JSON for every unknown path under /ai/"),
    Requirement("MES-405", "3 inferred: JSON and Allow"),
    Requirement("MES-413", "3 inferred: 400"),
    Requirement("MES-BAD-JSON", "3 inferred: 400"),
    Requirement("MES-429", "3 doc: rate limit exceeded. Resets in <time>"),
    Requirement("MES-RETRY", "3 run: Retry-After and x-should-retry: false where waiting is of no use"),
    Requirement("MES-500", "3 kit: no cause is told"),
    Requirement("MES-UPSTREAM", "3 inferred: 502, 503, 504"),
    Requirement("MES-REQUEST-ID", "3 doc: x-request-id on every response"),
    Requirement("MES-EARLY", "3 run, ours: early headers on request, errors then under 200"),
    # 4 citations, clarification
    Requirement("MES-MARKERS", "4 cb: markers pass through as the graph wrote them"),
    Requirement("MES-CLARIFICATION", "4 inferred: 200, the question as text, status clarification"),
    # ours
    Requirement("MES-EXTRA", "ours: the object cryptodesk with verification, as_of, progress"),
    Requirement("MES-PROGRESS", "ours: steps in chunks that known readers skip, only if asked for"),
    Requirement("MES-HANG-UP", "ours: a hang-up closes the run"),
    Requirement("MES-RUN", "ours: one engine, one model, all built-in tools"),
)

REQUIREMENTS = {row.id: row for row in (*_ROWS, *SIDE_ROWS)}
assert len(REQUIREMENTS) == len(_ROWS) + len(SIDE_ROWS), "an id stands twice"
