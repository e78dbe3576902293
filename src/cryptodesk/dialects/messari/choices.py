"""The INFERRED choices of the Messari dialects, one constant each, with the place that leaves the choice open.

Section numbers are those of the requirement table in tests/dialects/messari/requirements.py.
"""

from __future__ import annotations

from typing import Final, Literal

from cryptodesk.core.research import Verbosity

__all__ = [
    "CHOICES_AS_RELATED",
    "CLIENT_ROLES",
    "DEFAULT_VERBOSITY",
    "EARLY_HEADER",
    "FINISH_REASONS_VERCEL",
    "FORMATS",
    "FORMAT_OBJECTS",
    "INLINE_BY_DEFAULT",
    "INTERNAL_ERROR",
    "INVALID_KEY",
    "KEEP_ALIVE",
    "KEEP_ALIVE_VERCEL",
    "KEY_HEADER",
    "LAST_NOT_USER",
    "LEGACY_FORMATS",
    "LEGACY_VERBOSITY",
    "MAX_MESSAGES",
    "MAX_QUOTED_CHARACTERS",
    "MODEL",
    "NOTICE_HEADER",
    "NOT_FOUND",
    "OVER_LIMIT",
    "OWNED_BY",
    "RATE_LIMITED",
    "RELATED_BY_DEFAULT",
    "RETRIED_BY_CLIENTS",
    "RETRY_WORTH_SECONDS",
    "ROLES",
    "SSE_HEADERS",
    "STATUSES",
    "VERBOSITIES",
    "VERCEL_HEADERS",
]

# Section 1.2: every answer names this model, whatever the request named.
MODEL: Final = "messari-ai"
OWNED_BY: Final = "cryptodesk"

# Section 1: header names reach an application in lower case.
KEY_HEADER: Final = b"x-messari-api-key"

# -- requests ----------------------------------------------------------------------------------------------------------

# Sections 1.1 and 7: the three published roles; an older page's ban on `assistant` is not kept. `developer` is what
# OpenAI's libraries call a system message today.
ROLES: Final = {"system": "system", "user": "user", "assistant": "assistant", "developer": "system"}

# Section 2.4: `useChat` keeps messages of this role in its history for the page alone; they are skipped.
CLIENT_ROLES: Final = frozenset({"data"})

# Section 7: at most six messages are published. "keep" answers from the last ones (chat pages send the whole history
# again), "refuse" answers 400. System messages are not counted.
MAX_MESSAGES: Final = 6
OVER_LIMIT: Final[Literal["keep", "refuse"]] = "keep"

# Section 3: the text is not published; this is the example's.
LAST_NOT_USER: Final = "last message must be from the user role"

DEFAULT_VERBOSITY: Final[Verbosity] = "balanced"
VERBOSITIES: Final[tuple[Verbosity, ...]] = ("succinct", "balanced", "verbose")

# Section 1.1: values of earlier clients.
LEGACY_VERBOSITY: Final[dict[str, Verbosity]] = {"concise": "succinct", "normal": "balanced", "detailed": "verbose"}

# True is plain text. `text` is the prose's word for it; `json` is an earlier client's, which then showed Markdown.
FORMATS: Final = {"markdown": False, "plaintext": True}
LEGACY_FORMATS: Final = {"text": True, "json": False}

# Section 1.1: OpenAI's libraries send an object. `text` is their word for "no special format"; a client that asks for
# JSON could do nothing with Markdown, so the other kinds get 400.
FORMAT_OBJECTS: Final = frozenset({"text"})

# Section 7: by dialect.
INLINE_BY_DEFAULT: Final = {
    "messari_v1": False,
    "messari_v2": True,
    "messari_openai": False,
    "messari_vercel": False,
}

# Section 1.1: published for v2 alone; elsewhere the desk's setting decides.
RELATED_BY_DEFAULT: Final = {"messari_v2": 2}

# Section 4: a question back has no related questions; its choices are what can be asked next, and chat pages show them
# where they show related questions.
CHOICES_AS_RELATED: Final = True

# Ours: asks for status and headers at once.
EARLY_HEADER: Final = b"cryptodesk-early-headers"

# Ours: says what of a request was not used.
NOTICE_HEADER: Final = b"cryptodesk-notice"

# No section: a client's own text is quoted in error messages up to this length.
MAX_QUOTED_CHARACTERS: Final = 256

# -- errors ------------------------------------------------------------------------------------------------------------

# Section 3: the sample's words for a bad key; the same for none, where the upstream's v2 would ask for payment.
INVALID_KEY: Final = "Invalid API key"
INTERNAL_ERROR: Final = "Internal server error, please try again"
RATE_LIMITED: Final = "rate limit exceeded"
NOT_FOUND: Final = "not found"

# Section 3: statuses that the documented table does not have.
STATUSES: Final = {413: 400, 415: 400, 422: 400}

# Section 3: OpenAI's clients try these again unasked, and every status from 500.
RETRIED_BY_CLIENTS: Final = frozenset({408, 409, 429})

# Section 3: a limit that ends later than this is not worth waiting for within a request.
RETRY_WORTH_SECONDS: Final = 60

# -- streams -----------------------------------------------------------------------------------------------------------

# Section 2.2: the type is fixed; the other two keep proxies from holding frames back.
SSE_HEADERS: Final = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)

# Section 2.4.
VERCEL_HEADERS: Final = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"x-vercel-ai-data-stream", b"v1"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)

# Section 2.2 allows comments between events. The data stream knows none; an empty list of items says as little.
KEEP_ALIVE: Final = b": keep-alive\n\n"
KEEP_ALIVE_VERCEL: Final = b"2:[]\n"

# Section 2.4: the protocol's spelling.
FINISH_REASONS_VERCEL: Final = {"stop": "stop", "length": "length", "content_filter": "content-filter"}
