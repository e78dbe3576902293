"""The desk's own routes in the OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.desk.limits import LIMITS_PATH, limits_schema
from cryptodesk.dialects.desk.wire import GROUPS

__all__ = ["build_paths"]

Schema = dict[str, Any]

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


def build_paths(ports: DialectPorts) -> Schema:
    """`paths` and `components` of the routes that are mounted."""
    paths: Schema = {}
    schemas: Schema = {}
    if ports.money is not None:
        paths |= _money_paths()
        schemas |= _schemas()
    if ports.data is not None:
        paths["/v1/data"] = {"get": _operation("getDataStatus", "What data the desk has, and how old", "DataStatus")}
        schemas |= {"DeskError": _error_schema(), "DataStatus": _data_schema()}
    if ports.limit_states is not None:
        shown = _operation("listLimits", "How much the key and its account may ask, and what is used", "LimitList")
        paths[LIMITS_PATH] = {"get": shown}
        schemas |= {"DeskError": _error_schema(), "LimitList": limits_schema()}
    if not paths:
        return {"paths": {}, "components": {}}
    bearer = {"deskBearer": {"type": "http", "scheme": "bearer"}}
    return {"paths": paths, "components": {"schemas": schemas, "securitySchemes": bearer}}


def _money_paths() -> Schema:
    budgets = _operation("listBudgets", "What the key and its account may still spend", "BudgetList")
    return {
        "/v1/receipts/{id}": {"get": _receipt_operation()},
        "/v1/quote": {"post": _quote_operation()},
        "/v1/usage": {"get": _usage_operation()},
        "/v1/budgets": {"get": budgets},
    }


def _operation(name: str, summary: str, schema: str, faults: Schema | None = None, **more: Any) -> Schema:
    told = {
        "401": "No key, or one that is not valid.",
        "405": "Another method.",
        "500": "The desk failed.",
        **(faults or {}),
    }
    responses: Schema = {status: _response(text, "DeskError") for status, text in told.items()}
    responses["200"] = _response("As asked.", schema)
    return {
        "operationId": name,
        "summary": f"{summary} (an extension)",
        "security": [{"cmcKey": []}, {"deskBearer": []}],
        **more,
        "responses": dict(sorted(responses.items())),
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
    return _operation("getReceipt", "What a run has cost", "DeskReceipt", faults, parameters=[by_id])


def _quote_operation() -> Schema:
    faults = {
        "400": "The chat endpoint would refuse the body.",
        "404": "Unknown or unavailable model.",
        "408": "The body did not arrive in time.",
        "413": "The body is too large.",
    }
    body = {"required": True, "content": {"application/json": {"schema": _ref("ChatRequest")}}}
    return _operation("quote", "What a chat request would cost", "Quote", faults, requestBody=body)


def _usage_operation() -> Schema:
    parameters = [
        {"name": "from", "in": "query", "schema": _DAY, "description": "First day, UTC; 30 days when left out."},
        {"name": "to", "in": "query", "schema": _DAY, "description": "Last day; today when left out."},
        {"name": "by", "in": "query", "schema": {"enum": list(GROUPS)}, "description": "One row for each; `day`."},
    ]
    faults = {"400": "A date or a grouping that there is not."}
    return _operation("getUsage", "What the account has used", "UsageReport", faults, parameters=parameters)


def _response(description: str, schema: str) -> Schema:
    headers = {"x-server-traceid": {"$ref": "#/components/headers/x-server-traceid"}}
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": _ref(schema)}}}


def _schemas() -> Schema:
    counts = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
    sums = {"runs": _COUNT, "usage": _ref("TokenUse"), "charged_usd": _AMOUNT, "refunded_usd": _AMOUNT}
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
        "TokenUse": _object(dict.fromkeys(counts, _COUNT)),
        "Quote": _object(
            {
                "object": {"const": "quote"},
                "model": _TEXT,
                "price_version": _TEXT,
                **dict.fromkeys(("low_usd", "likely_usd", "worst_usd"), _AMOUNT),
                "input_tokens": _COUNT,
                "basis": {"type": "array", "items": _TEXT},
            }
        ),
        "UsageReport": _object(
            {
                "object": {"const": "usage"},
                "from": _DAY,
                "to": _DAY,
                "by": {"enum": list(GROUPS)},
                "data": {"type": "array", "items": _object(row, list(sums))},
                "total": _object(sums),
                "balance_usd": _AMOUNT,  # of prepaid accounts alone
            },
            ["object", "from", "to", "by", "data", "total"],
        ),
        "BudgetList": _object({"object": {"const": "list"}, "data": {"type": "array", "items": _object(budget)}}),
    }


def _error_schema() -> Schema:
    error = {
        "message": _TEXT,
        "type": _TEXT,
        "param": {"type": ["string", "null"]},
        "code": {"type": ["string", "null"]},
    }
    return _object({"error": _object(error)})


def _data_schema() -> Schema:
    span = dict.fromkeys(("first", "last"), _PERHAPS_MOMENT) | {"age_seconds": {"type": ["integer", "null"]}}
    holding = {**dict.fromkeys(("kind", "source", "detail"), _TEXT), "mode": _MODE, "rows": _COUNT, "entities": _COUNT}
    source = dict.fromkeys(("name", "state", "detail"), _TEXT)
    pullable = {**dict.fromkeys(("name", "adds", "command"), _TEXT), "is_pulled": _FLAG, "size_bytes": _COUNT}
    return _object(
        {
            "object": {"const": "data_status"},
            "at": _MOMENT,
            "mode": {"enum": ["auto", "live", "snapshot", "simulated"]},
            "holdings": _list(_object({**holding, **span})),
            "sources": _list(_object(source)),
            "pullable": _list(_object(pullable)),
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
    return _object(
        {
            "total": _COUNT,
            "holdings": _list(_object(held)),
            "subscriptions": _list(_object(subscription)),
            "defaults_left": _COUNT,
        }
    )


def _receipt_schema() -> Schema:
    outcome = {"enum": ["finished", "cancelled", "failed", None]}
    return _object(
        {
            "object": {"const": "receipt"},
            "id": _TEXT,
            "status": {"enum": ["open", "settled"]},
            "outcome": outcome,
            "model": _TEXT,
            "served_by": {"type": "array", "items": _TEXT},
            "usage": _ref("TokenUse"),
            "total_usd": _AMOUNT,
            "held_usd": _AMOUNT,
            "is_estimated": _FLAG,
            "created_at": _MOMENT,
            "entries": {"type": "array", "items": _ref("LedgerEntry")},
        }
    )


def _entry_schema() -> Schema:
    return _object(
        {
            "id": _TEXT,
            "kind": {"enum": ["hold", "charge", "surcharge", "release", "credit", "refund"]},
            "amount_usd": _AMOUNT,
            "created_at": _MOMENT,
            "served_by": {"type": ["string", "null"]},
            "price_version": _TEXT,
            "usage": _ref("TokenUse"),
            "is_estimated": _FLAG,
        }
    )


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}
