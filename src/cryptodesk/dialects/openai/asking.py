"""The request's own object `cryptodesk`: what is wanted beyond OpenAI's parameters."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.research import MAX_RELATED_QUESTIONS
from cryptodesk.dialects._extra import NOTHING, Extra, WireExtra, read_extra
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects._quoting import clipped

__all__ = ["BY_DEFAULT", "INCLUDES", "ExtraHeaders", "WireAsk", "read_ask"]

# Members of the answer's object, in their order there. Progress and outputs are sent only to those who ask.
INCLUDES = (
    "resolution",
    "progress",
    "provenance",
    "outputs",
    "verification",
    "citations",
    "charts",
    "related",
    "receipt",
)
BY_DEFAULT = frozenset(INCLUDES) - {"progress", "outputs"}


class WireAsk(WireExtra, forbid_unknown_fields=True):
    """`research` asks for the research graph, or forbids it; the three after it are its options. `tools` names the
    built-ins that may run: none, if it is empty."""

    research: bool | None = None
    related_questions: int | None = None
    inline_citations: bool | None = None
    may_clarify: bool | None = None
    tools: list[str] | None = None


class ExtraHeaders(Struct, frozen=True):
    """The headers `Cryptodesk-Include` and `Cryptodesk-Max-Cost-Usd`."""

    include: bytes = b""
    max_cost: bytes = b""


_NO_HEADERS = ExtraHeaders()
_DEFAULT = Extra(BY_DEFAULT)


def read_ask(asked: WireAsk | None, ports: DialectPorts, headers: ExtraHeaders = _NO_HEADERS) -> Extra:
    """What to include, as of when, at what cost; everything usual is included where nobody says what.

    Raises: InvalidRequest."""
    if asked is None and not headers.include and not headers.max_cost:
        return _DEFAULT
    if asked is not None:
        _check_related(asked.related_questions)
        _check_tools(asked.tools, ports.built_in_tools)
    extra = read_extra(headers.include, asked, ports.clock.now(), INCLUDES, headers.max_cost)
    if headers.include or (asked is not None and asked.include is not None):
        return extra
    return Extra(BY_DEFAULT, extra.as_of, extra.max_cost_usd) if extra is not NOTHING else _DEFAULT


def _check_related(count: int | None) -> None:
    if count is not None and not 0 <= count <= MAX_RELATED_QUESTIONS:
        raise InvalidRequest(
            f"Invalid 'cryptodesk.related_questions': expected 0 to {MAX_RELATED_QUESTIONS}, but got {count} instead.",
            param="cryptodesk.related_questions",
            reason="invalid_value",
        )


def _check_tools(names: list[str] | None, known: Collection[str]) -> None:
    for name in names or ():
        if name not in known:
            listed = ", ".join(f"'{each}'" for each in sorted(known))
            raise InvalidRequest(
                f"Invalid value: '{clipped(name)}'. Supported values are: {listed}.",
                param="cryptodesk.tools",
                reason="invalid_value",
            )
