"""The Messari dialects: chat in four wire formats, answered by the research graph, and what stands beside the chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
from cryptodesk.dialects.messari import credits as allowance
from cryptodesk.dialects.messari import deep_research, extraction, trending
from cryptodesk.dialects.messari.openapi import build_openapi
from cryptodesk.dialects.messari.route import (
    CHAT_PATHS,
    MODELS_PATH,
    PREFIXES,
    ModelsEndpoint,
    UnknownEndpoint,
    chat_endpoint,
)

__all__ = ["DIALECT"]

Routes = Callable[[DialectPorts], Sequence[DialectRoute]]

# What stands beside the chat, one module each; a module mounts nothing where its collaborator is missing.
_ROUTES: tuple[Routes, ...] = (extraction.routes, trending.routes, deep_research.routes, allowance.routes)
_PATHS: tuple[Callable[[DialectPorts], dict[str, Any]], ...] = (
    extraction.paths,
    trending.paths,
    deep_research.paths,
    allowance.paths,
)


def _routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    routes = [route for build in _ROUTES for route in build(ports)]
    if ports.research is not None:
        engine = ports.research
        routes += [DialectRoute(path, chat_endpoint(ports, engine, name)) for path, name in CHAT_PATHS.items()]
        routes.append(DialectRoute(MODELS_PATH, ModelsEndpoint(ports)))
    return routes


def _prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    unknown = UnknownEndpoint(ports)
    return (*(DialectRoute(prefix, unknown) for prefix in PREFIXES), *deep_research.prefixes(ports))


def _openapi(ports: DialectPorts) -> dict[str, Any]:
    document = build_openapi(ports)
    for build in _PATHS:
        document["paths"].update(build(ports))
    return document


DIALECT = Dialect(name="messari", routes=_routes, openapi=_openapi, prefixes=_prefixes)
