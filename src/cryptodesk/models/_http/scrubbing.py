"""What an upstream says, without the secrets that it was sent: there are servers that repeat their whole request."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import quote

from yarl import URL

__all__ = ["Secret", "scrubbed", "secrets_sent"]

# One secret, several, or none.
Secret: TypeAlias = str | tuple[str, ...] | None

_MASK = b"***"
_SHORTEST = 6  # a shorter one would be found in half of all words
_TELLING = ("key", "token", "auth", "secret", "cookie", "password")


def scrubbed(raw: bytes, secret: Secret) -> bytes:
    """`raw` with a mask for every secret, as it is or escaped as JSON and addresses want it."""
    for each in (secret,) if isinstance(secret, str) else secret or ():
        for form in dict.fromkeys((each, json.dumps(each)[1:-1], quote(each, safe=""))):
            if form:
                raw = raw.replace(form.encode(), _MASK)
    return raw


def secrets_sent(api_key: str | None, headers: Mapping[str, str], url: URL) -> tuple[str, ...]:
    """The key, the values of headers that hold secrets by their names, and the password of an address, with the
    credentials it is sent as. The longest first, so that no part of one is left of it."""
    found = {api_key or ""}
    for name, value in headers.items():
        if any(word in name.lower() for word in _TELLING):
            found |= {value, value.partition(" ")[2]}
    if url.password:
        found |= {url.password, b64encode(f"{url.user or ''}:{url.password}".encode()).decode()}
    kept = {each for each in found if len(each) >= _SHORTEST} | ({api_key} if api_key else set())
    return tuple(sorted(kept, key=len, reverse=True))
