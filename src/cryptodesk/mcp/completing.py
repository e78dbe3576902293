"""Completion while somebody types an argument: names of assets, of articles, of metrics and of tools."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from cryptodesk.catalog.metrics import load_metrics
from cryptodesk.dialects._quoting import clipped
from cryptodesk.documents.handbook import load_articles
from cryptodesk.mcp.ports import McpPorts
from cryptodesk.mcp.prompts import ASSET_ARGUMENTS, PROMPTS
from cryptodesk.mcp.resources import HANDBOOK, METRICS, TOOLS

__all__ = ["Completer"]

Context = ServerRequestContext[Any, Any]

_MOST = 100
_MOST_ASSETS = 10
_MOST_CHARACTERS = 400
_PERIODS = ("24 hours", "7 days", "30 days", "90 days", "1 year")


class Completer:
    def __init__(self, ports: McpPorts) -> None:
        self._ports = ports

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        """Raises: MCPError for a prompt or a template that there is not."""
        name, typed = params.argument.name, params.argument.value[:_MOST_CHARACTERS]
        known = dict((params.context.arguments if params.context is not None else None) or {})
        if isinstance(params.ref, types.PromptReference):
            found = await asyncio.to_thread(self._of_prompt, params.ref.name, name, typed)
        else:
            found = self._of_template(params.ref.uri, name, typed, known)
        completion = types.Completion(values=list(found[:_MOST]), total=len(found), has_more=len(found) > _MOST)
        return types.CompleteResult(completion=completion)

    def _of_prompt(self, prompt: str, name: str, typed: str) -> Sequence[str]:
        if prompt not in PROMPTS:
            raise MCPError(INVALID_PARAMS, f"Unknown prompt: {clipped(prompt)}")
        if name in ASSET_ARGUMENTS:
            return self._assets(typed, is_list=name != "asset")
        return _beginning(_PERIODS, typed) if name == "period" else ()

    def _assets(self, typed: str, *, is_list: bool) -> Sequence[str]:
        """Names for what stands after the last comma; what stands before it is kept."""
        before, comma, last = typed.rpartition(",") if is_list else ("", "", typed)
        if not last.strip():
            return ()
        kept = f"{before}{comma} " if comma else ""
        return [kept + found for found in self._ports.suggest_assets(last.strip(), _MOST_ASSETS)]

    def _of_template(self, uri: str, name: str, typed: str, known: dict[str, str]) -> Sequence[str]:
        if uri == HANDBOOK + "{section}/{slug}":
            return _article_parts(name, typed, known.get("section"))
        if uri == METRICS + "/{slug}":
            return _beginning((metric.slug for metric in load_metrics()), typed)
        if uri == TOOLS + "{name}":
            return _beginning(self._ports.tools.names(), typed)
        raise MCPError(INVALID_PARAMS, f"Unknown resource template: {clipped(uri)}")


def _article_parts(name: str, typed: str, section: str | None) -> Sequence[str]:
    if name == "section":
        return _beginning(dict.fromkeys(article.section for article in load_articles()), typed)
    slugs = (article.slug for article in load_articles() if section is None or article.section == section)
    return _beginning(slugs, typed)


def _beginning(words: Iterable[str], typed: str) -> Sequence[str]:
    wanted = typed.strip().lower()
    return [word for word in words if word.lower().startswith(wanted)]
