"""What can be read beside the tools: the handbook, the metrics, how to call tools well, and the state of the data."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import Any, Final

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from cryptodesk.catalog.metrics import find_metric, load_metrics
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.desk.data import encode_data
from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.mcp.ports import McpPorts

__all__ = ["HANDBOOK", "METRICS", "STATUS", "TOOLS", "ResourceDesk", "article_uri"]

Context = ServerRequestContext[Any, Any]

HANDBOOK: Final = "cryptodesk://handbook/"
METRICS: Final = "cryptodesk://metrics"
STATUS: Final = "cryptodesk://data/status"
TOOLS: Final = "cryptodesk://tools/"

_JSON, _MARKDOWN = "application/json", "text/markdown"
_PAGE = 50
_HOUR_MS = 3_600_000
# Clients before 2026-07-28 know this code for a resource that there is not; later ones the code of wrong parameters.
_RESOURCE_NOT_FOUND = -32002

_json = msgspec.json.Encoder().encode

_TEMPLATES = (
    types.ResourceTemplate(
        name="handbook-article",
        title="Handbook article",
        uri_template=HANDBOOK + "{section}/{slug}",
        description="A dated, sourced article on a concept, a protocol, an asset or a risk.",
        mime_type=_MARKDOWN,
    ),
    types.ResourceTemplate(
        name="metric",
        title="One metric",
        uri_template=METRICS + "/{slug}",
        description="What a metric means, in which unit, and how its values may be joined.",
        mime_type=_JSON,
    ),
    types.ResourceTemplate(
        name="tool",
        title="How a tool is called well",
        uri_template=TOOLS + "{name}",
        description="Its description, its arguments, and advice with an example.",
        mime_type=_MARKDOWN,
    ),
)


def article_uri(article: Article) -> str:
    return f"{HANDBOOK}{article.section}/{article.slug}"


class ResourceDesk:
    def __init__(self, ports: McpPorts) -> None:
        self._ports = ports

    async def list(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        """Raises: MCPError for a cursor that is not ours."""
        start = _offset(params.cursor if params is not None else None)
        listed = _listed()
        rest = start + _PAGE
        return types.ListResourcesResult(
            resources=list(listed[start:rest]), next_cursor=_cursor(rest) if rest < len(listed) else None
        )

    async def list_templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(_TEMPLATES))

    async def read(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """Raises: MCPError for a resource that there is not."""
        found = await self._found(params.uri)
        if found is None:
            is_new = context.protocol_version in MODERN_PROTOCOL_VERSIONS
            code = INVALID_PARAMS if is_new else _RESOURCE_NOT_FOUND
            raise MCPError(code, f"Resource not found: {clipped(params.uri)}", {"uri": clipped(params.uri)})
        text, kind = found
        contents: list[types.TextResourceContents | types.BlobResourceContents]
        contents = [types.TextResourceContents(uri=params.uri, mime_type=kind, text=text)]
        if params.uri == STATUS:
            return types.ReadResourceResult(contents=contents)
        return types.ReadResourceResult(contents=contents, ttl_ms=_HOUR_MS, cache_scope="public")

    async def _found(self, uri: str) -> tuple[str, str] | None:
        """Its text and media type."""
        if uri.startswith(HANDBOOK):
            article = _articles().get(uri)
            return None if article is None else (_markdown(article), _MARKDOWN)
        if uri.startswith(METRICS):
            return _metric(uri.removeprefix(METRICS))
        if uri.startswith(TOOLS):
            return self._tool(uri.removeprefix(TOOLS))
        if uri == STATUS and self._ports.edge.data is not None:
            return encode_data(await self._ports.edge.data.report()).decode(), _JSON
        return None

    def _tool(self, name: str) -> tuple[str, str] | None:
        if name not in self._ports.tools.names():
            return None
        spec = self._ports.tools.spec(name)
        schema = msgspec.json.format(_json(spec.parameters), indent=2).decode()
        parts = (f"# {name}", spec.description, spec.advice, f"## Arguments\n\n```json\n{schema}\n```")
        return "\n\n".join(part for part in parts if part) + "\n", _MARKDOWN


@cache
def _listed() -> tuple[types.Resource, ...]:
    status = types.Resource(
        name="data-status",
        title="Data status",
        uri=STATUS,
        description="What data this desk has, from which sources, how old, and what could be added.",
        mime_type=_JSON,
    )
    metrics = types.Resource(
        name="metrics",
        title="Metric catalogue",
        uri=METRICS,
        description="Every metric that can be asked over time.",
        mime_type=_JSON,
    )
    return (status, metrics, *(_resource(article) for article in load_articles()))


def _resource(article: Article) -> types.Resource:
    return types.Resource(
        name=f"{article.section}/{article.slug}",
        title=article.title,
        uri=article_uri(article),
        description=", ".join((article.section, *article.topics))[:200],
        mime_type=_MARKDOWN,
        size=len(_markdown(article).encode()),
        annotations=types.Annotations(last_modified=f"{article.date.isoformat()}T00:00:00Z"),
    )


@cache
def _articles() -> dict[str, Article]:
    return {article_uri(article): article for article in load_articles()}


def _markdown(article: Article) -> str:
    sources = "\n".join(f"- [{source.title}]({source.url})" for source in article.sources)
    head = f"# {article.title}\n\nFacts checked on {article.date.isoformat()}.\n\n{article.body}\n"
    return f"{head}\n## Sources\n\n{sources}\n" if sources else head


def _metric(rest: str) -> tuple[str, str] | None:
    if not rest:
        return _json({"metrics": load_metrics()}).decode(), _JSON
    metric = find_metric(rest.removeprefix("/")) if rest.startswith("/") else None
    return None if metric is None else (_json(metric).decode(), _JSON)


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(b"at:%d" % offset).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        kind, _, digits = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).partition(b":")
    except (ValueError, binascii.Error):
        kind, digits = b"", b""
    if kind != b"at" or not digits.isdigit() or len(digits) > 9:
        raise MCPError(INVALID_PARAMS, "Invalid cursor: take it from the result before.")
    return int(digits)
