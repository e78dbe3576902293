"""A body of any dialect as the run that it asks for: a quote reads it by that dialect's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import structs

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.money import MoneyDesk, Quote
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects._extra import MAX_COST_HEADER
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.cmc.choices import MAX_ROUNDS
from cryptodesk.dialects.cmc.errors import ServerBusy
from cryptodesk.dialects.cmc.parse import parse_request as parse_cmc
from cryptodesk.dialects.desk.reply import Ask, header, query_value
from cryptodesk.dialects.messari.request import parse_request as parse_messari
from cryptodesk.dialects.messari.route import CHAT_PATHS as MESSARI_PATHS
from cryptodesk.dialects.openai.asking import ExtraHeaders
from cryptodesk.dialects.openai.helpers import recognise
from cryptodesk.dialects.openai.responses.route import RESPONSES_PATH, ResponsesEndpoint
from cryptodesk.dialects.openai.route import CHAT_PATH as OPENAI_PATH
from cryptodesk.dialects.openai.route import Admission, CompletionsEndpoint

__all__ = ["CMC_PATH", "Quoting", "quoted_paths"]

CMC_PATH: Final = "/v1/chat/completions"
_MOST_SHOWN = 80

Read = Callable[[Ask], RunRequest]


class Quoting:
    """`?for=` names the route that the body is meant for; without it that is the CMC dialect's chat."""

    def __init__(self, ports: DialectPorts, money: MoneyDesk) -> None:
        self._ports = ports
        self._money = money
        self._readers = _readers(ports)

    async def quote(self, ask: Ask) -> Quote:
        """No model is asked. Raises: InvalidRequest, ModelNotFound."""
        path = query_value(ask.scope, "for") or CMC_PATH
        read = self._readers.get(path)
        if read is None:
            known = ", ".join(self._readers)
            raise InvalidRequest(f"'for' must be one of {known}, not {path[:_MOST_SHOWN]!r}.", param="for")
        request = read(ask)
        if self._is_helper(request):
            nothing = Decimal(0)
            words = ("The embedded analyst answers prompts of this kind, for nothing.",)
            return Quote(request.model_id, "", nothing, nothing, nothing, 0, words)
        return await self._money.quote(request)

    def _is_helper(self, request: RunRequest) -> bool:
        """Whether it is a chat application's own prompt for a title, tags or further questions."""
        ports = self._ports
        if request.dialect != "openai" or not ports.settings.helper_prompts or ports.reader is None:
            return False
        return recognise(request) is not None


def quoted_paths(ports: DialectPorts) -> tuple[str, ...]:
    return tuple(_readers(ports))


def _readers(ports: DialectPorts) -> Mapping[str, Read]:
    """By the route that each body is meant for."""
    readers = {CMC_PATH: _cmc(ports)}
    for path, endpoint in ((OPENAI_PATH, CompletionsEndpoint(ports)), (RESPONSES_PATH, ResponsesEndpoint(ports))):
        readers[path] = _openai(endpoint)
    if ports.research is not None:
        readers |= {path: _messari(path, ports) for path in MESSARI_PATHS}
    return readers


def _cmc(ports: DialectPorts) -> Read:
    rounds = min(ports.limits.rounds, MAX_ROUNDS)
    chat_ports = structs.replace(ports, limits=structs.replace(ports.limits, rounds=rounds))

    def read(ask: Ask) -> RunRequest:
        try:
            return parse_cmc(ask.body, ask.caller, ask.trace_id, chat_ports, _include(ask), _most(ask))
        except ServerBusy:
            raise InvalidRequest("The chat endpoint does not take a request of this shape.") from None

    return read


def _openai(endpoint: CompletionsEndpoint | ResponsesEndpoint) -> Read:
    def read(ask: Ask) -> RunRequest:
        asked, _ = endpoint.read(ask.body, Admission(ask.caller, ask.trace_id, ExtraHeaders(_include(ask), _most(ask))))
        return asked.run

    return read


def _messari(path: str, ports: DialectPorts) -> Read:
    def read(ask: Ask) -> RunRequest:
        headers = (_include(ask), b"")
        return parse_messari(ask.body, ask.caller, ask.trace_id, ports, MESSARI_PATHS[path], headers, _most(ask)).run

    return read


def _include(ask: Ask) -> bytes:
    return header(ask.scope, b"cryptodesk-include") or b""


def _most(ask: Ask) -> bytes:
    return header(ask.scope, MAX_COST_HEADER) or b""
