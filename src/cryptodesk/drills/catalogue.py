"""The operator's catalogue for a drill: every model and price as it is, every provider at the drill's own address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.catalog.models import ModelTable, ProviderEntry
from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.drills.wires import WIRES, Wire
from cryptodesk.models._router import ModelRouter

__all__ = ["Served", "redirected", "served_models", "write_catalogue"]

_CONNECT_SECONDS = 2.0


class Served(Struct, frozen=True):
    """A model to drill with, and who stands in for it. `prices` are by upstream model, of all of its routes."""

    model_id: str
    wire: Wire
    stands_in: bool
    prices: dict[str, ModelPrice]


def redirected(table: ModelTable, origin: str) -> ModelTable:
    """Without any address or key of the operator's: nothing of a drill reaches a real provider."""
    providers = {name: _redirected(entry, origin) for name, entry in table.providers.items()}
    return ModelTable(providers, table.models)


def _redirected(entry: ProviderEntry, origin: str) -> ProviderEntry:
    wire = WIRES.get(entry.kind)
    if wire is None:
        return msgspec.structs.replace(entry, base_url="", base_url_env="", api_key_env="")
    options = {name: value for name, value in entry.options.items() if name != "headers"}
    options["timeouts"] = {**options.get("timeouts", {}), "connect": _CONNECT_SECONDS}
    if entry.kind == "openai_wire":
        options["responses"] = False  # the drill's provider speaks the format that every compatible server knows
    address = origin + wire.base_path
    return msgspec.structs.replace(
        entry, base_url=address, base_url_env="", api_key_env="", key_optional=True, options=options
    )


def write_catalogue(table: ModelTable, path: Path) -> None:
    """As a file of models that can be laid over the shipped one."""
    plain = msgspec.to_builtins({"providers": table.providers, "models": table.models})
    lines = []
    for kind, entries in plain.items():
        for name, entry in entries.items():
            lines.append(f"[{kind}.{json.dumps(name, ensure_ascii=False)}]")
            lines += [f"{field} = {_toml(value)}" for field, value in entry.items() if value is not None]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def served_models(router: ModelRouter, table: ModelTable, preferred: str) -> dict[str, Served]:
    """One model for each wire that the catalogue has one of: `preferred`, else the first that costs something."""
    found: dict[str, Served] = {}
    for status in sorted(router.statuses(), key=lambda status: status.model_id != preferred):
        if status.is_pattern or status.lack is not None or status.price is None:
            continue
        wire = WIRES.get(table.providers[status.entry.provider].kind)
        if wire is None or not status.price.is_known or status.price.is_free:
            continue
        found.setdefault(wire.kind, _served(status.model_id, wire, status.routes))
    return found


def _served(model_id: str, wire: Wire, routes: tuple[ModelRoute, ...]) -> Served:
    stands_in = any(not route.is_language_model for route in routes)
    prices = {route.upstream_model: route.price for route in routes if route.is_language_model}
    return Served(model_id, wire, stands_in, prices)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        known = ((json.dumps(name, ensure_ascii=False), each) for name, each in value.items() if each is not None)
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in known) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
