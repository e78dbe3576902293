"""What a built-in tool declares, and what it is given when it runs."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, get_type_hints

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.core.messages import Citation
from cryptodesk.core.tools import ToolRunContext
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import AssetId, Feed, Found, Query, Record

__all__ = [
    "HARD_LIMIT",
    "SOFT_LIMIT",
    "BuiltInTool",
    "Cited",
    "ToolContext",
    "ToolServices",
    "built_in_tool",
    "invalid_arguments",
    "public_name",
]

R = TypeVar("R", bound=Record)

# Bytes of one output. Outputs are replayed as prompt tokens when the answer is written.
SOFT_LIMIT = 6_000
HARD_LIMIT = 12_000


class ToolServices(Struct, frozen=True):
    """Everything tools depend on. One field a dependency; the composition root fills it."""

    clock: Clock
    assets: AssetDirectory
    market: Feed
    documents: DocumentFeed | None = None


class ToolContext(Struct, frozen=True):
    """One call's surroundings: the services, and the run it serves."""

    services: ToolServices
    run: ToolRunContext

    @property
    def now(self) -> datetime:
        """The moment the answer is for: the run's `as_of`, else the clock's. Nothing later may be used."""
        return self.run.as_of or self.services.clock.now()

    async def find(self, kind: type[R], ids: Sequence[AssetId] | None = None, **narrowing: Any) -> Found[R]:
        """Records of `kind` as known at the run's `as_of`, else now: that is after a fetch and not before it.
        `narrowing` are further fields of `market.query.Query`."""
        asked = None if ids is None else tuple(ids)
        return await self.services.market.find(Query(kind=kind, ids=asked, as_of=self.run.as_of, **narrowing))


class Cited(Struct, frozen=True):
    """A result with the documents it rests on, for tools that cite."""

    result: Struct
    citations: tuple[Citation, ...] = ()


class BuiltInTool(Struct, frozen=True):
    """A tool as its module declares it. Its name comes from the module.

    `is_sanitized`: the model gets the result, the client only the citations. `size_limit` is in bytes of JSON;
    `float_digits` are the significant digits floats keep, None for all of them."""

    function: Callable[[Any, ToolContext], Awaitable[Struct]]
    arguments_type: type[Struct]
    result_type: Any
    description: str
    advice: str
    is_resolver: bool = False
    is_sanitized: bool = False
    size_limit: int = SOFT_LIMIT
    float_digits: int | None = 8


def built_in_tool(
    function: Callable[[Any, ToolContext], Awaitable[Struct]],
    *,
    advice: str,
    is_resolver: bool = False,
    is_sanitized: bool = False,
    size_limit: int = SOFT_LIMIT,
    float_digits: int | None = 8,
) -> BuiltInTool:
    """The declaration of `function(arguments, context) -> result`: types from its signature, description from its
    docstring's first paragraph.

    Raises: TypeError if the signature or the docstring says too little, or the size limit exceeds the hard one."""
    hints = get_type_hints(function)
    arguments_type, description = hints.get("arguments"), inspect.getdoc(function)
    if not (isinstance(arguments_type, type) and issubclass(arguments_type, Struct) and "return" in hints):
        raise TypeError(f"{function!r} needs a parameter `arguments` typed as a Struct, and a result type")
    if not description or size_limit > HARD_LIMIT:
        raise TypeError(f"{function!r} needs a docstring, and a size limit of at most {HARD_LIMIT}")
    summary = " ".join(description.partition("\n\n")[0].split())
    return BuiltInTool(
        function, arguments_type, hints["return"], summary, advice, is_resolver, is_sanitized, size_limit, float_digits
    )


def public_name(module_name: str) -> str:
    """`market_data` -> `cmc_market_data`: the name models and clients use."""
    return f"cmc_{module_name}"


def invalid_arguments(path: str, why: str) -> ToolArgumentError:
    """The error for an argument that is well-formed and still cannot be used."""
    return ToolArgumentError(f"invalid arguments: {path}: {why}")
