"""The INFERRED choices of the CMC dialect, one constant each, with the place that leaves the choice open.

Section numbers are those of the requirement table in tests/dialects/cmc/requirements.py.
"""

from __future__ import annotations

from typing import Final, Literal

__all__ = [
    "ALLOWED_METHODS",
    "ARGUMENTS_OF_NOTHING",
    "CHUNK_OBJECT",
    "COMPLETION_ID_PREFIX",
    "CONTENT_PARTS",
    "DEVELOPER_ROLE",
    "FORMAT_STRICT_CODE",
    "GATEWAY_OFFSET",
    "MAX_COMPLETION_TOKENS",
    "MAX_NAME_CHARACTERS",
    "MAX_QUOTED_CHARACTERS",
    "MAX_ROUNDS",
    "MAX_SCHEMA_NESTING",
    "MAX_TOOLS",
    "MIN_COMPLETION_TOKENS",
    "NATIVE_UPSTREAM_STATUSES",
    "OUR_LIMIT_CODES",
    "RATE_LIMIT_CODES",
    "REPLAY_PARAM",
    "STREAM_HEADERS",
    "UPSTREAM_STATUSES",
]

# Section 5: the page only says that ids begin so and can be resumed. The run id follows the prefix unchanged.
COMPLETION_ID_PREFIX: Final = "chatcmpl-"

# Section 7: the page's table says "always chat.completion" and claims OpenAI's shape; clients look for this value.
CHUNK_OBJECT: Final = "chat.completion.chunk"

# Section 2: "minimum effective value is around 15"; below it no answer fits.
MIN_COMPLETION_TOKENS: Final = 15

# Section 2 gives no upper bound. Anything above a 32-bit integer is a client's mistake and breaks upstream parsers.
MAX_COMPLETION_TOKENS: Final = 2**31 - 1

# Section 3.2, chaining: look-ups lead on to the data tools within one request, for at most this many model calls.
MAX_ROUNDS: Final = 4

# Section 6.1: recorded upstream limit.
MAX_TOOLS: Final = 128

# Section 4 is silent on names; the upstream refuses longer ones and other characters than letters, digits, `_`, `-`.
MAX_NAME_CHARACTERS: Final = 64

# No section: a schema nested deeper than this is refused, so that no later step can run out of stack.
MAX_SCHEMA_NESTING: Final = 64

# No section: a client's own text is quoted in error messages up to this length.
MAX_QUOTED_CHARACTERS: Final = 256

# Section 2, messages: arrays of parts are "not supported". "busy" answers as for an object `tool_choice` (6.4).
CONTENT_PARTS: Final[Literal["refuse", "busy"]] = "refuse"

# Section 2, messages: `developer` is not listed among the roles. "system" would read it as a system message.
DEVELOPER_ROLE: Final[Literal["refuse", "system"]] = "refuse"

# Section 4: a tool without `parameters` takes no arguments.
ARGUMENTS_OF_NOTHING: Final = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}

# Section 6.1: the upstream sends no code with a strict response format's fault, unlike with a tool's.
FORMAT_STRICT_CODE: Final = None

# Section 6.1: the upstream writes the index of a replayed message this way.
REPLAY_PARAM: Final = "messages.[{index}].role"

# Section 6.3: Spring's timestamp in the gateway envelope.
GATEWAY_OFFSET: Final = "+00:00"

# Section 6.3: the headers recorded on the host's other endpoints, reduced to what this path allows. No
# `access-control-allow-origin`: pages of other origins must not spend the key of a desk on the same machine.
ALLOWED_METHODS: Final = (
    (b"allow", b"POST"),
    (b"access-control-allow-methods", b"OPTIONS, POST"),
    (b"access-control-max-age", b"600"),
)

# Section 1 fixes the content type; the other two keep proxies from holding frames back.
STREAM_HEADERS: Final = (
    (b"content-type", b"text/event-stream;charset=UTF-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)

# Section 6.2, last point: HTTP status and code of our own limits, from the family's error guide.
OUR_LIMIT_CODES: Final = {
    "out_of_credit": (402, "1004"),
    "forbidden": (403, "1006"),
}
# By the period of the limit that is reached. Streams at once have no code of their own: they end within minutes.
RATE_LIMIT_CODES: Final = {"minute": "1008", "day": "1009", "month": "1010", "streams": "1008"}
ADDRESS_LIMIT_CODE: Final = "1011"

# Section 6.5: the status of an upstream's failure, by our error code.
UPSTREAM_STATUSES: Final = {
    "upstream_rate_limited": 429,
    "upstream_unavailable": 503,
    "upstream_timeout": 504,
    "upstream_bad_answer": 500,
    "upstream_rejected": 500,
    "upstream_error": 500,
}

# Section 6.5: failures that keep the provider's own body. 401, 403, 404 and 429 are about the operator's account with
# the provider, may name its key or organisation, and are nobody else's business.
NATIVE_UPSTREAM_STATUSES: Final = frozenset({400, 413, 422, 500, 502, 503})
