"""The CMC dialect: `POST /v1/chat/completions`, OpenAI-shaped, with server-side tools, traces and exact cost."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
from cryptodesk.dialects.cmc.openapi import build_paths
from cryptodesk.dialects.cmc.route import CHAT_PATH, MODELS_PATH, ModelsEndpoint, chat_endpoint

__all__ = ["DIALECT"]


def _routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    routes = [DialectRoute(CHAT_PATH, chat_endpoint(ports))]
    if ports.model_ids is not None:
        routes.append(DialectRoute(MODELS_PATH, ModelsEndpoint(ports)))
    return routes


DIALECT = Dialect(name="cmc", routes=_routes, openapi=build_paths)
