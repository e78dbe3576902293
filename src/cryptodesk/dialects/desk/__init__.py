"""The desk's own routes: what runs have cost and would cost, receipts, use, budgets, limits, and what data there is."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
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
    if ports.money is None:
        return routes
    endpoints = build_endpoints(ports, ports.money)
    return [*routes, *(DialectRoute(path, endpoints[path]) for path in (QUOTE_PATH, USAGE_PATH, BUDGETS_PATH))]


def _prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.money is None:
        return ()
    return [DialectRoute(RECEIPTS_PREFIX, build_endpoints(ports, ports.money)[RECEIPTS_PREFIX])]


DIALECT = Dialect(name="desk", routes=_routes, openapi=build_paths, prefixes=_prefixes)
