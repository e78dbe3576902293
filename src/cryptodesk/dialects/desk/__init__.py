"""The desk's own routes: what runs have cost and would cost, receipts, use and budgets."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.dialects._ports import Dialect, DialectPorts, DialectRoute
from cryptodesk.dialects.desk.openapi import build_paths
from cryptodesk.dialects.desk.route import BUDGETS_PATH, QUOTE_PATH, RECEIPTS_PREFIX, USAGE_PATH, build_endpoints

__all__ = ["DIALECT"]


def _routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.money is None:
        return ()
    endpoints = build_endpoints(ports, ports.money)
    return [DialectRoute(path, endpoints[path]) for path in (QUOTE_PATH, USAGE_PATH, BUDGETS_PATH)]


def _prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.money is None:
        return ()
    return [DialectRoute(RECEIPTS_PREFIX, build_endpoints(ports, ports.money)[RECEIPTS_PREFIX])]


DIALECT = Dialect(name="desk", routes=_routes, openapi=build_paths, prefixes=_prefixes)
