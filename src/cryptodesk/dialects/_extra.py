"""What a request may ask beyond its dialect: the object `cryptodesk` of the body, and the header `Cryptodesk-Include`.

Whoever sends neither gets the dialect's own bytes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.events import RunFinished
from cryptodesk.core.research import ResearchStep

__all__ = [
    "INCLUDES",
    "NOTHING",
    "RESEARCH_INCLUDES",
    "Extra",
    "ResearchExtra",
    "WireExtra",
    "check_extra",
    "check_extra_as",
    "encode_extra",
    "encode_progress",
    "read_extra",
]

# What can be asked for, by what answers: a plain run, or the research graph. In the order in which they stand in an
# answer.
INCLUDES = ("verification",)
RESEARCH_INCLUDES = (*INCLUDES, "progress")

_ISO_DAY = len("2024-03-01")
_json = msgspec.json.Encoder(decimal_format="string").encode


class WireExtra(Struct, forbid_unknown_fields=True):
    include: list[str] | None = None
    as_of: str | None = None


class ResearchExtra(WireExtra, forbid_unknown_fields=True):
    early_headers: bool | None = None


W = TypeVar("W", bound=WireExtra)


class Extra(Struct, frozen=True):
    include: frozenset[str] = frozenset()
    as_of: datetime | None = None


NOTHING = Extra()


def read_extra(header: bytes, body: WireExtra | None, now: datetime, supported: Sequence[str] = INCLUDES) -> Extra:
    """Raises: InvalidRequest for a name that there is not, or a moment that is none or has not come."""
    if not header and body is None:
        return NOTHING
    named = header.decode("latin-1").replace(",", " ").split()
    include = frozenset(_checked(named, "Cryptodesk-Include", supported))
    if body is None:
        return Extra(include)
    asked = frozenset(_checked(body.include or (), "cryptodesk.include", supported))
    return Extra(include | asked, None if body.as_of is None else _moment(body.as_of, now))


def check_extra(value: Any) -> WireExtra | None:
    """The object of a body that was read without types. Raises: InvalidRequest."""
    return check_extra_as(WireExtra, value)


def check_extra_as(kind: type[W], value: Any) -> W | None:
    """Raises: InvalidRequest."""
    if value is None:
        return None
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason = str(error).replace(" - at `$", " - at `cryptodesk")
        raise InvalidRequest(
            f"Invalid 'cryptodesk': {reason}. Its members are {', '.join(kind.__struct_fields__)}.",
            param="cryptodesk",
            reason="invalid_value",
        ) from None


def encode_extra(include: frozenset[str], finished: RunFinished) -> bytes:
    """The member `cryptodesk` with a comma before it; nothing where nothing was asked for."""
    if not include:
        return b""
    members = [
        b'"%b":%b' % (name.encode(), _json(_found(name, finished))) for name in RESEARCH_INCLUDES if name in include
    ]
    return b',"cryptodesk":{%b}' % b",".join(members)


def encode_progress(step: ResearchStep) -> bytes:
    """The member `cryptodesk` of a frame that tells of one step, with a comma before it."""
    return b',"cryptodesk":{"progress":[%b]}' % _json(step)


def _found(name: str, finished: RunFinished) -> Any:
    if name == "progress":
        return None if finished.research is None else finished.research.steps
    return getattr(finished, name)


def _checked(names: Iterable[str], param: str, supported: Sequence[str]) -> Iterable[str]:
    for name in names:
        if name not in supported:
            known = ", ".join(f"'{each}'" for each in supported)
            text = f"Invalid value: '{name[:60]}'. Supported values are: {known}."
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
