"""Which public model ids exist, which provider serves each, and what is known about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from cryptodesk.catalog._toml import CatalogError, parse_entry, read_extra, read_shipped
from cryptodesk.core.generation import ReasoningEffort

__all__ = ["CatalogError", "ModelEntry", "ModelLimits", "ModelProfile", "ModelTable", "ProviderEntry", "load_models"]

_FILE = "models.toml"
_TABLES = frozenset({"providers", "models"})


class ProviderEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One provider instance. `kind` is a module of `models/`; `options` are checked by that kind.

    A variable named by `base_url_env` wins over `base_url`. The key comes from the variable `api_key_env` names,
    never from a file; an instance with such a name is off without it unless `key_optional`. An `enabled = false`
    instance stays unknown until it is switched on by name."""

    kind: str
    base_url: str = ""
    base_url_env: str = ""
    api_key_env: str = ""
    key_optional: bool = False
    enabled: bool = True
    options: dict[str, Any] = field(default_factory=dict)


class ModelLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """In tokens. None: not known, not limited here."""

    context_tokens: int | None = None
    output_tokens: int | None = None


class ModelProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model takes. `reasoning_efforts` maps ours to the upstream's word (unlisted ones go out unchanged);
    `reasons_by_default` says that it reasons where no effort is asked for. `temperature_with_reasoning` is False where
    a temperature beside reasoning is refused, `temperature` where any is refused or ignored; it is then left out.

    `tools` says whether tools are called at any effort or at none alone, `structured_output` the most that an answer
    can be held to, `vision` that pictures are seen. `reasons_over` is the format of OpenAI's that a model is asked in
    when it reasons: Chat Completions loses reasoning between the rounds of tools."""

    reasoning_efforts: dict[ReasoningEffort, str] = field(default_factory=dict)
    temperature_with_reasoning: bool = True
    reasons_by_default: bool = False
    temperature: bool = True
    tools: Literal["always", "without_reasoning", "never"] = "always"
    structured_output: Literal["json_schema", "json_object", "none"] = "json_schema"
    vision: bool = False
    reasons_over: Literal["chat_completions", "responses"] = "chat_completions"


class ModelEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One public id. An id ending in `*` stands for every id with that beginning; a `*` in `upstream_model` is
    replaced by the rest, and one in `price` likewise. `price` names entries of prices.toml, or a published price as
    `vendor/model`; with `price_as_reported` the upstream's own charge goes before it where it tells one. `fallbacks`
    are public ids, tried in order."""

    provider: str
    upstream_model: str
    price: str
    price_as_reported: bool = False
    fallbacks: tuple[str, ...] = ()
    limits: ModelLimits = ModelLimits()
    profile: ModelProfile = ModelProfile()


class ModelTable(Struct, frozen=True):
    """Everything the model files say: provider instances and models by name, in file order."""

    providers: dict[str, ProviderEntry]
    models: dict[str, ModelEntry]

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that may hold a key or a base URL, sorted."""
        named = {entry.api_key_env for entry in self.providers.values()}
        named |= {entry.base_url_env for entry in self.providers.values()}
        return tuple(sorted(named - {""}))


def load_models(extra: Path | None = None) -> ModelTable:
    """The shipped models with the operator's file laid over them, field by field; new entries are added.

    Raises: CatalogError naming file, entry and field."""
    shipped, own = read_shipped(_FILE), read_extra(extra, _TABLES)
    table = ModelTable(
        _merged(ProviderEntry, "providers", shipped, own, extra), _merged(ModelEntry, "models", shipped, own, extra)
    )
    _check_references(table, own, extra)
    return table


def _merged(kind: type[Any], table: str, shipped: dict[str, Any], own: dict[str, Any], extra: Path | None) -> Any:
    base, over = shipped.get(table, {}), own.get(table, {})
    if not isinstance(over, dict):
        raise CatalogError(f"{extra}: {table}: expected a table")
    entries = {}
    for name in (*base, *(name for name in over if name not in base)):
        if name in over and not isinstance(over[name], dict):
            raise CatalogError(f"{extra}: {table}.{name}: expected a table")
        file = str(extra) if name in over else _FILE
        raw = {**base.get(name, {}), **over.get(name, {})}
        entries[name] = parse_entry(kind, raw, file=file, entry=f"{table}.{name}")
    return entries


def _check_references(table: ModelTable, own: dict[str, Any], extra: Path | None) -> None:
    for name, entry in table.models.items():
        file = str(extra) if name in own.get("models", {}) else _FILE
        where = f"{file}: models.{name}"
        if entry.provider not in table.providers:
            raise CatalogError(f"{where}: provider: {entry.provider!r} is not among {sorted(table.providers)}")
        if "*" in name[:-1] or not name.strip("*"):
            raise CatalogError(f"{where}: a `*` may only end an id")
        if name.endswith("*") and entry.profile != ModelProfile():
            raise CatalogError(f"{where}: profile: only a single model can have one, not a pattern")
        for fallback in entry.fallbacks:
            if fallback not in table.models or fallback.endswith("*"):
                raise CatalogError(f"{where}: fallbacks: {fallback!r} is not a model id of this catalogue")
