"""What a request may ask beyond its dialect: the object `cryptodesk` of the body, and the header `Cryptodesk-Include`.

Whoever sends neither gets the dialect's own bytes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.events import RunFinished

__all__ = ["INCLUDES", "NOTHING", "Extra", "WireExtra", "check_extra", "encode_extra", "read_extra"]

# In the order in which they stand in an answer.
INCLUDES = ("verification",)

_FIELDS = ("include", "as_of")
_ISO_DAY = len("2024-03-01")
_json = msgspec.json.Encoder(decimal_format="string").encode


class WireExtra(Struct, forbid_unknown_fields=True):
    include: list[str] | None = None
    as_of: str | None = None


class Extra(Struct, frozen=True):
    include: frozenset[str] = frozenset()
    as_of: datetime | None = None


NOTHING = Extra()


def read_extra(header: bytes, body: WireExtra | None, now: datetime) -> Extra:
    """Raises: InvalidRequest for a name that there is not, or a moment that is none or has not come."""
    if not header and body is None:
        return NOTHING
    named = header.decode("latin-1").replace(",", " ").split()
    include = frozenset(_checked(named, "Cryptodesk-Include"))
    if body is None:
        return Extra(include)
    asked = frozenset(_checked(body.include or (), "cryptodesk.include"))
    return Extra(include | asked, None if body.as_of is None else _moment(body.as_of, now))


def check_extra(value: Any) -> WireExtra | None:
    """The object of a body that was read without types. Raises: InvalidRequest."""
    if value is None:
        return None
    try:
        return msgspec.convert(value, WireExtra)
    except msgspec.ValidationError as error:
        reason = str(error).replace(" - at `$", " - at `cryptodesk")
        raise InvalidRequest(
            f"Invalid 'cryptodesk': {reason}. Its members are {', '.join(_FIELDS)}.",
            param="cryptodesk",
            reason="invalid_value",
        ) from None


def encode_extra(include: frozenset[str], finished: RunFinished) -> bytes:
    """The member `cryptodesk` with a comma before it; nothing where nothing was asked for."""
    if not include:
        return b""
    members = [b'"%b":%b' % (name.encode(), _json(getattr(finished, name))) for name in INCLUDES if name in include]
    return b',"cryptodesk":{%b}' % b",".join(members)


def _checked(names: Iterable[str], param: str) -> Iterable[str]:
    for name in names:
        if name not in INCLUDES:
            supported = ", ".join(f"'{each}'" for each in INCLUDES)
            text = f"Invalid value: '{name[:60]}'. Supported values are: {supported}."
            raise InvalidRequest(text, param=param, reason="invalid_value")
        yield name


def _moment(text: str, now: datetime) -> datetime:
    """A bare date means the end of that day."""
    try:
        if len(text.strip()) <= _ISO_DAY:
            found = datetime.combine(date.fromisoformat(text.strip()) + timedelta(days=1), time.min, UTC)
        else:
            found = datetime.fromisoformat(text.strip())
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or found > max(now, now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)):
        raise InvalidRequest(
            f"Invalid value: '{text[:60]}'. Expected a date or an ISO 8601 time that has come.",
            param="cryptodesk.as_of",
            reason="invalid_value",
        )
    return min(found, now)
