"""The desk's own routes in the OpenAPI 3.1 document."""

from __future__ import annotations

from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.desk.limits import LIMITS_PATH, limits_schema
from cryptodesk.dialects.desk.openapi_kept import evidence_paths, history_paths, history_schemas
from cryptodesk.dialects.desk.openapi_parts import Schema, object_, operation, ref
from cryptodesk.dialects.desk.quoting import CMC_PATH, quoted_paths
from cryptodesk.dialects.desk.wire import GROUPS

__all__ = ["build_paths"]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_AMOUNT: Schema = {
    "type": ["string", "null"],
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "Exact USD; null where a price is not known.",
}
_PERHAPS_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_MODE: Schema = {"enum": ["live", "snapshot", "simulated", "computed"]}
_DAY: Schema = {"type": "string", "format": "date"}

_DATA = "Show what market data and documents the desk has, and how old they are"
_LIMITS = "Show how much the key and its account may ask, and how much of that is used"
_QUOTED = "Estimate what a chat request would cost, without running it"


def build_paths(ports: DialectPorts) -> Schema:
    """`paths` and `components` of the routes that are mounted."""
    paths: Schema = {}
    schemas: Schema = {}
    if ports.money is not None:
        paths |= _money_paths(quoted_paths(ports))
        schemas |= _schemas()
    if ports.data is not None:
        paths["/v1/data"] = {"get": operation("getDataStatus", _DATA, "DataStatus")}
        schemas |= {"DeskError": _error_schema(), "DataStatus": _data_schema()}
    if ports.limit_states is not None:
        shown = operation("listLimits", _LIMITS, "LimitList")
        paths[LIMITS_PATH] = {"get": shown}
        schemas |= {"DeskError": _error_schema(), "LimitList": limits_schema()}
    if ports.evidence is not None:
        paths |= evidence_paths()
        schemas |= {"DeskError": _error_schema()}
    if ports.history is not None:
        paths |= history_paths()
        schemas |= {"DeskError": _error_schema(), **history_schemas()}
    if not paths:
        return {"paths": {}, "components": {}}
    bearer = {"deskBearer": {"type": "http", "scheme": "bearer"}}
    return {"paths": paths, "components": {"schemas": schemas, "securitySchemes": bearer}}


def _money_paths(quoted: tuple[str, ...]) -> Schema:
    budgets = operation(
        "listBudgets", "Show the budgets of the key and its account, and what is left of them", "BudgetList"
    )
    return {
        "/v1/receipts/{id}": {"get": _receipt_operation()},
        "/v1/quote": {"post": _quote_operation(quoted)},
        "/v1/usage": {"get": _usage_operation()},
        "/v1/budgets": {"get": budgets},
    }


def _receipt_operation() -> Schema:
    by_id = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": _TEXT,
        "description": "The id of an answer, with or without `chatcmpl-`.",
    }
    faults = {"404": "No such run, or another account's."}
    return operation("getReceipt", "Show what a run has cost", "DeskReceipt", faults, parameters=[by_id])


def _quote_operation(quoted: tuple[str, ...]) -> Schema:
    faults = {
        "400": "That route would refuse the body.",
        "404": "Unknown or unavailable model.",
        "408": "The body did not arrive in time.",
        "413": "The body is too large.",
    }
    meant = {
        "name": "for",
        "in": "query",
        "schema": {"enum": list(quoted), "default": CMC_PATH},
        "description": "The route that the body is meant for.",
    }
    # Bodies of different dialects look alike, so more than one of them may describe the same.
    requests = ["ChatRequest", "OpenAIChatRequest", "OpenAIResponsesRequest"]
    requests += ["MessariChatRequest"] if any(path.startswith("/ai/") for path in quoted) else []
    schema = {"anyOf": [ref(name) for name in requests]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation("quote", _QUOTED, "Quote", faults, parameters=[meant], requestBody=body)


def _usage_operation() -> Schema:
    parameters = [
        {"name": "from", "in": "query", "schema": _DAY, "description": "First day, UTC; 30 days when left out."},
        {"name": "to", "in": "query", "schema": _DAY, "description": "Last day; today when left out."},
        {"name": "by", "in": "query", "schema": {"enum": list(GROUPS)}, "description": "One row for each; `day`."},
    ]
    faults = {"400": "A date or a grouping that there is not."}
    return operation(
        "getUsage",
        "Show the account's tokens and charges by day, key or model",
        "UsageReport",
        faults,
        parameters=parameters,
    )


def _schemas() -> Schema:
    counts = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
    sums = {"runs": _COUNT, "usage": ref("TokenUse"), "charged_usd": _AMOUNT, "refunded_usd": _AMOUNT}
    row = {**sums, **dict.fromkeys(GROUPS.values(), _TEXT)}
    budget = {
        "scope": {"enum": ["key", "account"]},
        "scope_id": _TEXT,
        "period": {"enum": ["day", "month", "total", "credit"]},
        **dict.fromkeys(("limit_usd", "spent_usd", "held_usd", "left_usd"), _AMOUNT),
    }
    return {
        "DeskError": _error_schema(),
        "DeskReceipt": _receipt_schema(),
        "LedgerEntry": _entry_schema(),
        "TokenUse": object_(dict.fromkeys(counts, _COUNT)),
        "Quote": object_(
            {
                "object": {"const": "quote"},
                "model": _TEXT,
                "price_version": _TEXT,
                **dict.fromkeys(("low_usd", "likely_usd", "worst_usd"), _AMOUNT),
                "input_tokens": _COUNT,
                "basis": {"type": "array", "items": _TEXT},
            }
        ),
        "UsageReport": object_(
            {
                "object": {"const": "usage"},
                "from": _DAY,
                "to": _DAY,
                "by": {"enum": list(GROUPS)},
                "data": {"type": "array", "items": object_(row, list(sums))},
                "total": object_(sums),
                "balance_usd": _AMOUNT,  # of prepaid accounts alone
            },
            ["object", "from", "to", "by", "data", "total"],
        ),
        "BudgetList": object_({"object": {"const": "list"}, "data": {"type": "array", "items": object_(budget)}}),
    }


def _error_schema() -> Schema:
    error = {
        "message": _TEXT,
        "type": _TEXT,
        "param": {"type": ["string", "null"]},
        "code": {"type": ["string", "null"]},
    }
    return object_({"error": object_(error)})


def _data_schema() -> Schema:
    span = dict.fromkeys(("first", "last"), _PERHAPS_MOMENT) | {"age_seconds": {"type": ["integer", "null"]}}
    holding = {**dict.fromkeys(("kind", "source", "detail"), _TEXT), "mode": _MODE, "rows": _COUNT, "entities": _COUNT}
    source = dict.fromkeys(("name", "state", "detail"), _TEXT)
    pullable = {**dict.fromkeys(("name", "adds", "command"), _TEXT), "is_pulled": _FLAG, "size_bytes": _COUNT}
    return object_(
        {
            "object": {"const": "data_status"},
            "at": _MOMENT,
            "mode": {"enum": ["auto", "live", "snapshot", "simulated"]},
            "holdings": _list(object_({**holding, **span})),
            "sources": _list(object_(source)),
            "pullable": _list(object_(pullable)),
            "documents": {"anyOf": [_documents_schema(span), {"type": "null"}]},
        }
    )


def _documents_schema(span: Schema) -> Schema:
    held = {"source": _TEXT, "type": _TEXT, "documents": _COUNT, **span}
    subscription = {
        **dict.fromkeys(("source", "address", "title"), _TEXT),
        **dict.fromkeys(("id", "documents", "failures", "problem_count"), _COUNT),
        **dict.fromkeys(("last_success_at", "due_at"), _PERHAPS_MOMENT),
        "state": {"enum": ["fresh", "due", "failing", "off", "new"]},
        "error": {"type": ["string", "null"]},
        "problems": _list(_TEXT),
    }
    return object_(
        {
            "total": _COUNT,
            "holdings": _list(object_(held)),
            "subscriptions": _list(object_(subscription)),
            "defaults_left": _COUNT,
        }
    )


def _receipt_schema() -> Schema:
    outcome = {"enum": ["finished", "cancelled", "failed", None]}
    return object_(
        {
            "object": {"const": "receipt"},
            "id": _TEXT,
            "status": {"enum": ["open", "settled"]},
            "outcome": outcome,
            "model": _TEXT,
            "served_by": {"type": "array", "items": _TEXT},
            "usage": ref("TokenUse"),
            "total_usd": _AMOUNT,
            "held_usd": _AMOUNT,
            "is_estimated": _FLAG,
            "created_at": _MOMENT,
            "entries": {"type": "array", "items": ref("LedgerEntry")},
        }
    )


def _entry_schema() -> Schema:
    return object_(
        {
            "id": _TEXT,
            "kind": {"enum": ["hold", "charge", "surcharge", "release", "credit", "refund"]},
            "amount_usd": _AMOUNT,
            "created_at": _MOMENT,
            "served_by": {"type": ["string", "null"]},
            "price_version": _TEXT,
            "usage": ref("TokenUse"),
            "is_estimated": _FLAG,
        }
    )


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}
