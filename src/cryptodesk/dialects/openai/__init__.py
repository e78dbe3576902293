"""The strict OpenAI dialect, `/openai/v1`: OpenAI's wire format, and a finished answer to each request."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
from cryptodesk.dialects.openai.models import ModelEndpoint, ModelsEndpoint, UnknownEndpoint
from cryptodesk.dialects.openai.openapi import build_openapi
from cryptodesk.dialects.openai.responses import RESPONSES_PATH, responses_endpoint
from cryptodesk.dialects.openai.route import CHAT_PATH, PREFIX, chat_endpoint

__all__ = ["DIALECT"]

_MODELS_PATH = f"{PREFIX}/models"


def _routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    return (
        DialectRoute(CHAT_PATH, chat_endpoint(ports)),
        DialectRoute(RESPONSES_PATH, responses_endpoint(ports)),
        DialectRoute(_MODELS_PATH, ModelsEndpoint(ports)),
    )


def _prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    one = f"{_MODELS_PATH}/"
    return (DialectRoute(one, ModelEndpoint(ports, one)), DialectRoute("/openai/", UnknownEndpoint(ports)))


DIALECT = Dialect(name="openai", routes=_routes, openapi=build_openapi, prefixes=_prefixes)
