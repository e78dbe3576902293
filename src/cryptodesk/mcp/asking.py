"""The tool `ask`: a whole answer in words, by the same run, ledger and limits as a request to `/openai/v1`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from msgspec import Struct, structs

from cryptodesk.core.errors import CryptodeskError, InternalError, InvalidRequest, ModelNotFound
from cryptodesk.core.events import RunFinished, RunFold
from cryptodesk.core.ids import new_id
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.dialects._ports import RunEngine
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.asking import WireAsk, read_ask
from cryptodesk.dialects.openai.convert import to_run
from cryptodesk.dialects.openai.messages import last_question
from cryptodesk.dialects.openai.request import ChatMessage, ChatRequest
from cryptodesk.mcp.arguments import encode_arguments
from cryptodesk.mcp.ports import McpPorts
from cryptodesk.mcp.reporting import remarks
from cryptodesk.mcp.running import fold_run
from cryptodesk.mcp.telling import LogLevels, StepTeller

__all__ = ["AskTool"]

Context = ServerRequestContext[Any, Any]

_MOST_CHARACTERS = 20_000
_VERBOSITIES: Final = {"succinct": "low", "balanced": "medium", "verbose": "high"}
_INCLUDE: Final = ["resolution", "provenance", "verification", "citations", "related", "receipt"]

_INPUT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "description": "The whole question: nothing is remembered between calls."},
        "research": {"type": "boolean", "description": "Research it: plan, read, cite [N]. Slower; default false."},
        "verbosity": {"enum": list(_VERBOSITIES), "type": "string", "description": "Of a researched answer."},
        "as_of": {"type": "string", "description": "Answer from what was known then: YYYY-MM-DD or ISO 8601."},
        "model": {"type": "string", "description": "Model id; the desk has a default."},
        "max_cost_usd": {"type": "number", "minimum": 0, "description": "The most the answer may cost."},
    },
    "required": ["question"],
}
_OUTPUT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "answer": {"type": "string"},
        "model": {"type": "string"},
        "finish_reason": {"type": "string"},
        **{name: {"type": "array"} for name in ("resolution", "provenance", "citations", "related")},
        **{name: {"type": ["object", "null"]} for name in ("verification", "receipt")},
    },
    "required": ["answer", "model"],
}


class _Arguments(Struct, forbid_unknown_fields=True):
    question: str
    research: bool = False
    verbosity: Literal["succinct", "balanced", "verbose"] | None = None
    as_of: str | None = None
    model: str | None = None
    max_cost_usd: Decimal | None = None


_decode = msgspec.json.Decoder(_Arguments).decode


class AskTool:
    def __init__(self, ports: McpPorts, levels: LogLevels) -> None:
        self._ports = ports
        self._levels = levels
        self.listed = types.Tool(
            name="ask",
            description="Answer a question about crypto assets and markets in words, from the desk's own tools and "
            "texts: figures are checked against data, sources are named, the cost is exact. One call does it all.",
            input_schema=_INPUT,
            output_schema=_OUTPUT,
            annotations=types.ToolAnnotations(read_only_hint=True),
        )

    async def call(self, arguments: dict[str, Any], caller: Caller, context: Context) -> types.CallToolResult:
        """What goes wrong is told in the result, so that the model that asked may ask better."""
        try:
            asked = _read(arguments)
            run = self._to_run(asked, caller)
            teller = StepTeller(context, self._levels)
            return self._result(run, await fold_run(self._engine(run), run, teller.tell))
        except CryptodeskError as error:
            return types.CallToolResult(content=[types.TextContent(text=_words(error))], is_error=True)

    def _to_run(self, asked: _Arguments, caller: Caller) -> RunRequest:
        """Raises: InvalidRequest."""
        edge = self._ports.edge
        wire = WireAsk(
            include=_INCLUDE,
            as_of=asked.as_of,
            max_cost_usd=asked.max_cost_usd,
            research=asked.research,
        )
        chat = ChatRequest(
            messages=[ChatMessage(role="user", content=asked.question)],
            model=asked.model or (edge.research_model if asked.research else "") or self._ports.default_model,
            verbosity=None if asked.verbosity is None else _VERBOSITIES[asked.verbosity],
            stream=True,
            cryptodesk=wire,
        )
        made = to_run(chat, caller, new_id(), edge, read_ask(wire, edge)).run
        return structs.replace(made, dialect="mcp", built_in_tools=edge.built_in_order)

    def _engine(self, run: RunRequest) -> RunEngine:
        edge = self._ports.edge
        return edge.engine if run.research is None or edge.research is None else edge.research

    def _result(self, run: RunRequest, fold: RunFold) -> types.CallToolResult:
        """Raises: the run's error."""
        if fold.failed is not None:
            raise fold.failed.error
        if fold.finished is None:
            raise InternalError("The run never ended.")
        structured = {
            "answer": fold.text,
            "model": fold.started.model if fold.started is not None else run.model_id,
            "finish_reason": fold.finished.finish_reason,
            **self._extra(run, fold, fold.finished),
        }
        said = remarks(structured)
        content: list[types.ContentBlock] = [types.TextContent(text=text) for text in (fold.text, said) if text]
        return types.CallToolResult(content=content, structured_content=structured)

    def _extra(self, run: RunRequest, fold: RunFold, finished: RunFinished) -> dict[str, Any]:
        """What the strict dialect's object `cryptodesk` says of the same run."""
        reader = self._ports.edge.reader
        assets = () if reader is None else reader.assets(last_question(run.messages), run.as_of)
        encoder = ExtraEncoder(run.include, assets)
        encoder.traces.extend(fold.traces)
        whole = encoder.whole(finished)
        found: dict[str, Any] = msgspec.json.decode(b"{" + whole.removeprefix(b",") + b"}").get("cryptodesk", {})
        return found


def _read(arguments: dict[str, Any]) -> _Arguments:
    """Raises: InvalidRequest."""
    try:
        asked = _decode(encode_arguments(arguments))
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"Invalid arguments: {clipped(str(error))}.") from None
    if not asked.question.strip():
        raise InvalidRequest("Invalid arguments: the question is empty.")
    if len(asked.question) > _MOST_CHARACTERS:
        raise InvalidRequest(f"Invalid arguments: a question has at most {_MOST_CHARACTERS} characters.")
    return asked


def _words(error: CryptodeskError) -> str:
    if isinstance(error, ModelNotFound):
        text = f"The model '{clipped(error.model_id)}' does not exist or is not available here."
        return f"{text} {error.hint}" if error.hint else text
    if isinstance(error, InvalidRequest) and error.param is not None and error.param not in error.message:
        return f"{error.param.removeprefix('cryptodesk.')}: {error.message}"
    return error.message.replace("'cryptodesk.", "'")
