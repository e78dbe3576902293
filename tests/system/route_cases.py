"""How each route of the server is asked. A route without a case fails tests/system/test_isolation.py."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from cryptodesk.app.openapi_page import build_routes as build_reference
from cryptodesk.web.pages import build_routes as build_pages
from tests.system.tenants import MODEL, SECRET, paths_of

__all__ = ["ABSENT", "ABSENT_JOB", "CASES", "KEYED", "PAGES", "RouteCase", "chat", "conversation", "mcp_call"]

# `public` tells everybody the same, `admin` is for the operator's own key, `keyed` for the caller's.
Kind = Literal["public", "admin", "keyed"]
ABSENT = "0" * 32
ABSENT_JOB = "00000000-0000-4000-8000-000000000000"


class RouteCase(Struct, frozen=True):
    """A request that the route serves. `scope` is what a key must be for."""

    method: str
    path: str
    body: Any = None
    kind: Kind = "keyed"
    scope: Literal["run", "account", ""] = "run"


def chat(text: str = "hi", **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


def mcp_call(method: str, number: int = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def conversation(text: str) -> dict[str, Any]:
    """As the web app keeps it."""
    message = {"id": "m1", "parentId": None, "role": "user", "text": text, "createdAt": 1.0}
    return {"title": text, "created_at": 1.0, "updated_at": 1.0, "messages": [{"message": message}]}


_READ = {"scope": "account"}
_ANY = {"scope": ""}
_PUBLIC = {"kind": "public"}

# By the path under which the route is mounted. A prefix may have several.
CASES: dict[str, tuple[RouteCase, ...]] = {
    "/v1/chat/completions": (RouteCase("POST", "/v1/chat/completions", chat()),),
    "/v1/models": (RouteCase("GET", "/v1/models", **_ANY),),
    "/v1/receipts/": (RouteCase("GET", f"/v1/receipts/{ABSENT}", **_READ),),
    "/v1/quote": (RouteCase("POST", "/v1/quote", chat()),),
    "/v1/usage": (RouteCase("GET", "/v1/usage", **_READ),),
    "/v1/budgets": (RouteCase("GET", "/v1/budgets", **_READ),),
    "/v1/data": (RouteCase("GET", "/v1/data", **_ANY),),
    "/v1/limits": (RouteCase("GET", "/v1/limits", **_ANY),),
    "/openai/v1/chat/completions": (RouteCase("POST", "/openai/v1/chat/completions", chat()),),
    "/openai/v1/responses": (RouteCase("POST", "/openai/v1/responses", {"model": MODEL, "input": "hi"}),),
    "/openai/v1/models": (RouteCase("GET", "/openai/v1/models", **_ANY),),
    "/openai/v1/models/": (RouteCase("GET", f"/openai/v1/models/{MODEL}", **_ANY),),
    "/openai/": (RouteCase("GET", "/openai/none", **_PUBLIC),),
    "/ai/": (RouteCase("GET", "/ai/none", **_PUBLIC),),
    "/v1/evidence/": (RouteCase("GET", f"/v1/evidence/{ABSENT}", **_READ),),
    "/v1/history": (RouteCase("GET", "/v1/history", **_READ),),
    "/v1/history/export": (RouteCase("GET", "/v1/history/export", **_READ),),
    "/v1/history/": (
        RouteCase("POST", "/v1/history/mine", conversation("hi"), **_READ),
        RouteCase("GET", "/v1/history/none", **_READ),
        RouteCase("PATCH", "/v1/history/none", {"title": "Mine"}, **_READ),
        RouteCase("DELETE", "/v1/history/none", **_READ),
    ),
    "/ai/v1/chat/completions": (RouteCase("POST", "/ai/v1/chat/completions", chat()),),
    "/ai/v2/chat/completions": (RouteCase("POST", "/ai/v2/chat/completions", chat()),),
    "/ai/openai/chat/completions": (RouteCase("POST", "/ai/openai/chat/completions", chat()),),
    "/ai/vercel/chat/completions": (RouteCase("POST", "/ai/vercel/chat/completions", chat()),),
    "/ai/openai/models": (RouteCase("GET", "/ai/openai/models", **_ANY),),
    "/ai/v1/classification/extraction": (
        RouteCase("POST", "/ai/v1/classification/extraction", {"content": f"Bitcoin {SECRET}"}),
    ),
    "/ai/v1/questions/trending": (RouteCase("GET", "/ai/v1/questions/trending"),),
    "/ai/v1/deep-research": (
        RouteCase("GET", "/ai/v1/deep-research"),
        RouteCase("POST", "/ai/v1/deep-research", {"query": "What is Bitcoin?"}),
    ),
    "/ai/v1/deep-research/": (
        RouteCase("GET", f"/ai/v1/deep-research/{ABSENT_JOB}"),
        RouteCase("POST", f"/ai/v1/deep-research/{ABSENT_JOB}/cancel", {}),
    ),
    "/user-management/": (RouteCase("GET", "/user-management/none", **_PUBLIC),),
    "/user-management/v1/api/credits/allowance": (
        RouteCase("GET", "/user-management/v1/api/credits/allowance", **_READ),
    ),
    "/mcp": (RouteCase("POST", "/mcp", mcp_call("tools/list")),),
    "/metrics": (RouteCase("GET", "/metrics", kind="admin"),),
    "/healthz": (RouteCase("GET", "/healthz", **_PUBLIC),),
    "/readyz": (RouteCase("GET", "/readyz", **_PUBLIC),),
    "/openapi.json": (RouteCase("GET", "/openapi.json", **_PUBLIC),),
}

# Files of the web app and of the reference: the same bytes for everybody.
PAGES = paths_of(build_pages()) | paths_of(build_reference())
KEYED = [case for cases in CASES.values() for case in cases if case.kind == "keyed"]
