"""The desk's own routes: what runs have cost and would cost, receipts, use, budgets, limits, what data there is,
evidence, and the conversations that are kept for a key."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
from cryptodesk.dialects.desk.evidence import EVIDENCE_PREFIX, build_evidence_endpoint
from cryptodesk.dialects.desk.history import EXPORT_PATH, HISTORY_PATH, HISTORY_PREFIX, build_history_endpoints
from cryptodesk.dialects.desk.limits import LIMITS_PATH, build_limits_endpoint
from cryptodesk.dialects.desk.openapi import build_paths
from cryptodesk.dialects.desk.route import (
    BUDGETS_PATH,
    DATA_PATH,
    QUOTE_PATH,
    RECEIPTS_PREFIX,
    USAGE_PATH,
    build_data_endpoint,
    build_endpoints,
)

__all__ = ["DIALECT"]


def _routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    routes = [] if ports.data is None else [DialectRoute(DATA_PATH, build_data_endpoint(ports, ports.data))]
    if ports.limit_states is not None:
        routes.append(DialectRoute(LIMITS_PATH, build_limits_endpoint(ports, ports.limit_states)))
    if ports.history is not None:
        kept = build_history_endpoints(ports, ports.history)
        routes += (DialectRoute(path, kept[path]) for path in (HISTORY_PATH, EXPORT_PATH))
    if ports.money is None:
        return routes
    endpoints = build_endpoints(ports, ports.money)
    return [*routes, *(DialectRoute(path, endpoints[path]) for path in (QUOTE_PATH, USAGE_PATH, BUDGETS_PATH))]


def _prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    prefixes = []
    if ports.money is not None:
        prefixes.append(DialectRoute(RECEIPTS_PREFIX, build_endpoints(ports, ports.money)[RECEIPTS_PREFIX]))
    if ports.evidence is not None:
        prefixes.append(DialectRoute(EVIDENCE_PREFIX, build_evidence_endpoint(ports, ports.evidence)))
    if ports.history is not None:
        prefixes.append(DialectRoute(HISTORY_PREFIX, build_history_endpoints(ports, ports.history)[HISTORY_PREFIX]))
    return prefixes


DIALECT = Dialect(name="desk", routes=_routes, openapi=build_paths, prefixes=_prefixes)
