"""The format's structs, by the document's names in camel case. Answers are read leniently: a field of zero, false or
empty is left out by the vendor, and later years add more."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Raw, Struct

__all__ = [
    "Answer",
    "AnswerUsage",
    "AskedCall",
    "AskedPart",
    "AskedResponse",
    "Call",
    "Candidate",
    "Content",
    "FunctionCallingConfig",
    "FunctionDeclaration",
    "GenerationConfig",
    "Part",
    "Request",
    "SystemInstruction",
    "ThinkingConfig",
    "Tool",
    "ToolConfig",
]


class AskedCall(Struct, frozen=True, omit_defaults=True):
    name: str
    args: Raw
    id: str | None = None


class AskedResponse(Struct, frozen=True, omit_defaults=True):
    name: str
    response: dict[str, str]
    id: str | None = None


class AskedPart(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One of text, call and response. A signature stands in the very part that it came in."""

    text: str | None = None
    thought: bool = False
    function_call: AskedCall | None = None
    function_response: AskedResponse | None = None
    thought_signature: str | None = None


class Content(Struct, frozen=True):
    """Results of functions are the user's too: newer models refuse any third role."""

    role: Literal["user", "model"]
    parts: list[AskedPart]


class SystemInstruction(Struct, frozen=True):
    parts: list[AskedPart]


class FunctionDeclaration(Struct, frozen=True, omit_defaults=True, rename="camel"):
    name: str
    description: str
    parameters_json_schema: dict[str, Any] | None = None


class Tool(Struct, frozen=True, rename="camel"):
    function_declarations: list[FunctionDeclaration]


class FunctionCallingConfig(Struct, frozen=True):
    mode: Literal["AUTO", "ANY", "NONE", "VALIDATED"]


class ToolConfig(Struct, frozen=True, rename="camel"):
    function_calling_config: FunctionCallingConfig


class ThinkingConfig(Struct, frozen=True, omit_defaults=True, rename="camel"):
    include_thoughts: bool = False
    thinking_budget: int | None = None
    thinking_level: str | None = None


class GenerationConfig(Struct, frozen=True, omit_defaults=True, rename="camel"):
    temperature: float | None = None
    max_output_tokens: int | None = None
    response_mime_type: str | None = None
    response_json_schema: dict[str, Any] | None = None
    thinking_config: ThinkingConfig | None = None


class Request(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The model and whether to stream stand in the address. `continuation_token` goes on where an answer was broken off
    that was longer than one request may bring."""

    contents: list[Content]
    system_instruction: SystemInstruction | None = None
    tools: list[Tool] | None = None
    tool_config: ToolConfig | None = None
    generation_config: GenerationConfig | None = None
    continuation_token: str | None = None


class Call(Struct, gc=False):
    name: str | None = None
    args: Raw = Raw()
    id: str | None = None


class Part(Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: Call | None = None


class _AnswerContent(Struct, gc=False):
    parts: list[Part] | None = None


class Candidate(Struct, gc=False, rename="camel"):
    content: _AnswerContent | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    index: int | None = None
    continuation_token: str | None = None


class AnswerUsage(Struct, gc=False, rename="camel"):
    prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    candidates_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    thoughts_token_count: int | None = None
    total_token_count: int | None = None


class _PromptFeedback(Struct, gc=False, rename="camel"):
    block_reason: str | None = None
    block_reason_message: str | None = None


class Answer(Struct, gc=False, rename="camel"):
    """A whole answer, or one chunk of a streamed one."""

    candidates: list[Candidate] | None = None
    prompt_feedback: _PromptFeedback | None = None
    usage_metadata: AnswerUsage | None = None
    model_version: str | None = None
    error: Any = None
