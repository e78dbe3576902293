"""Public model ids resolved to providers, in the order they are tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from msgspec import Struct, structs

import cryptodesk.models as models_package
from cryptodesk.catalog.models import ModelEntry, ModelTable
from cryptodesk.catalog.prices import PriceTable
from cryptodesk.core.discover import discover
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.ports import Provider
from cryptodesk.models._instances import Instances
from cryptodesk.models._kinds import ProviderKind, ProviderServices

__all__ = ["ModelRouter", "ModelStatus", "UnknownPrice"]

# What becomes of a model whose price nobody knows: it is not served, or it is and its cost is marked as unknown.
UnknownPrice = Literal["refuse", "mark"]

_Resolution = tuple[ModelRoute, ...] | str  # routes, or the hint why there are none


class ModelStatus(Struct, frozen=True):
    """One entry of the catalogue and what becomes of it now. `lack` says why the entry's own provider does not serve
    it, `routes` who does: empty if nobody, or for a pattern such as `local/*`, which is asked by other names."""

    model_id: str
    entry: ModelEntry
    price: ModelPrice | None
    lack: str | None
    routes: tuple[ModelRoute, ...]

    @property
    def is_pattern(self) -> bool:
        return self.model_id.endswith("*")


class ModelRouter:
    """`core.ports.ModelCatalog`. Every id is resolved once, and again when another price comes into force.

    `variables` are the operator's: keys and base URLs by the names the catalogue gives (`ModelTable.variables`).
    `enabled_providers` switches instances on that the catalogue ships switched off.

    Raises (constructor): CatalogError if an instance's kind is unknown or its options are wrong."""

    def __init__(
        self,
        table: ModelTable,
        prices: PriceTable,
        *,
        services: ProviderServices,
        variables: Mapping[str, str],
        fallback_enabled: bool = True,
        enabled_providers: Collection[str] = (),
        kinds: Mapping[str, ProviderKind] | None = None,
        unknown_price: UnknownPrice = "refuse",
    ) -> None:
        self._clock = services.clock
        self._fallback_enabled = fallback_enabled
        self._unknown_price = unknown_price
        found_kinds = discover(models_package, "PROVIDER") if kinds is None else kinds
        self._instances = Instances(found_kinds, services, enabled_providers)
        self._take(table, prices, variables)

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Ids that can be served now, in catalogue order; patterns such as `local/*` are not listed."""
        return tuple(model_id for model_id in self._models if not isinstance(self._found(model_id), str))

    @property
    def missing(self) -> Mapping[str, str]:
        """Providers that cannot work, and what is to be set for each."""
        return self._instances.missing

    def lacks(self) -> dict[str, str]:
        """Why an entry's own provider does not serve it, by id; entries that are served are left out."""
        missing = self._instances.missing
        found = {model_id: self._route(model_id, entry) for model_id, entry in self._models.items()}
        patterns = {f"{beginning}*": entry for beginning, entry in self._patterns.items()}
        found |= {pattern: _hint(entry, missing) for pattern, entry in patterns.items() if entry.provider in missing}
        return {model_id: lack for model_id, lack in found.items() if isinstance(lack, str)}

    def statuses(self) -> tuple[ModelStatus, ...]:
        """Every entry, patterns among them, in catalogue order."""
        found = [self._status(model_id, entry) for model_id, entry in self._models.items()]
        found += [self._status(f"{beginning}*", entry) for beginning, entry in self._patterns.items()]
        return tuple(found)

    def resolve(self, model_id: str) -> tuple[ModelRoute, ...]:
        """Routes to try in order, at least one. Raises: ModelNotFound."""
        found = self._found(model_id) if model_id in self._models else self._resolve_by_pattern(model_id)
        if isinstance(found, tuple):
            return found
        raise _not_found(model_id, found)

    def resolve_own(self, model_id: str) -> ModelRoute:
        """The route to the model's own provider, whoever else would stand in for it. Raises: ModelNotFound."""
        found = self._own(model_id)
        if isinstance(found, ModelRoute):
            return found
        raise _not_found(model_id, found)

    def provider(self, name: str) -> Provider:
        """Raises: KeyError if no instance of that name is configured."""
        return self._instances.provider(name)

    async def reload(self, table: ModelTable, prices: PriceTable, variables: Mapping[str, str]) -> None:
        """Takes over other tables. Runs go on with the routes and providers they have.

        Raises: CatalogError as the constructor; the old tables then stay in force."""
        self._take(table, prices, variables)
        await self._instances.close_retired()

    async def close(self) -> None:
        await self._instances.close()

    def _take(self, table: ModelTable, prices: PriceTable, variables: Mapping[str, str]) -> None:
        entries = self._instances.enabled(table)
        exact: dict[str, ModelEntry] = {}
        patterns: dict[str, ModelEntry] = {}
        for model_id, entry in table.models.items():
            if entry.provider not in entries:
                continue
            own_models = self._instances.models_of(entries[entry.provider])
            if not model_id.endswith("*"):
                exact[model_id] = entry
            elif own_models:
                exact |= {model_id[:-1] + own: _filled(entry, own) for own in own_models}
            else:
                patterns[model_id[:-1]] = entry
        self._instances.take(entries, exact, variables)
        self._prices = prices
        self._models = exact
        self._patterns = dict(sorted(patterns.items(), key=lambda item: -len(item[0])))  # the longest first
        self._resolved: dict[str, tuple[_Resolution, float | None]] = {}

    def _found(self, model_id: str) -> _Resolution:
        known = self._resolved.get(model_id)
        if known is None or (known[1] is not None and self._clock.unix() >= known[1]):
            known = self._resolved[model_id] = self._resolve(model_id)
        return known[0]

    def _resolve(self, model_id: str) -> tuple[_Resolution, float | None]:
        """The resolution, and the moment (unix seconds) from which it may be another one."""
        entry, now = self._models[model_id], self._clock.now()
        entries = (entry, *(self._models[fallback] for fallback in entry.fallbacks if fallback in self._models))
        # What nobody serves has no price to look up: the published ones are then never read.
        named = {each.price for each in entries if each.provider not in self._instances.missing}
        changes = [change for price in named if (change := self._prices.next_change(price, now)) is not None]
        stale_at = min(changes).timestamp() if changes else None
        return self._resolution(model_id, entry), stale_at

    def _resolve_by_pattern(self, model_id: str) -> _Resolution | None:
        entry = self._by_pattern(model_id)
        return None if entry is None else self._resolution(model_id, entry)

    def _by_pattern(self, model_id: str) -> ModelEntry | None:
        for beginning, entry in self._patterns.items():
            rest = model_id.removeprefix(beginning)
            if rest and model_id.startswith(beginning):
                return _filled(entry, rest)
        return None

    def _own(self, model_id: str) -> ModelRoute | str | None:
        entry = self._models.get(model_id) or self._by_pattern(model_id)
        return None if entry is None else self._route(model_id, entry)

    def _resolution(self, model_id: str, entry: ModelEntry) -> _Resolution:
        primary = self._route(model_id, entry)
        if isinstance(primary, ModelRoute):
            return (primary, *self._fallbacks(model_id, entry))
        # An unpriced model must not be quietly replaced by another: the operator has to see what is missing.
        if entry.provider in self._instances.missing and (fallbacks := self._fallbacks(model_id, entry)):
            return fallbacks
        return primary

    def _fallbacks(self, model_id: str, entry: ModelEntry) -> tuple[ModelRoute, ...]:
        if not self._fallback_enabled:
            return ()
        entries = (self._models[fallback] for fallback in entry.fallbacks if fallback in self._models)
        routes = (self._route(model_id, fallback) for fallback in entries)
        return tuple(route for route in routes if isinstance(route, ModelRoute))

    def _route(self, model_id: str, entry: ModelEntry) -> ModelRoute | str:
        """The entry's own route, or the hint what it lacks."""
        if entry.provider in self._instances.missing:
            return _hint(entry, self._instances.missing)
        price = self._price(entry)
        if price is None:
            return f"no price known: prices have no entry {entry.price!r} in force"
        kind = self._instances.kind(entry.provider)
        most = entry.limits.output_tokens
        return ModelRoute(model_id, entry.provider, entry.upstream_model, price, most, kind.is_language_model)

    def _price(self, entry: ModelEntry) -> ModelPrice | None:
        price = self._prices.find(entry.price, self._clock.now())
        if price is None and self._unknown_price == "mark":
            price = ModelPrice.unknown(entry.price)
        if price is not None and entry.price_as_reported:
            # The ledger takes an amount that is no number only at a version that begins with "unknown: ".
            version = f"as reported, else {price.version}" if price.is_known else f"{price.version} unless reported"
            price = structs.replace(price, as_reported=True, version=version)
        return price

    def _status(self, model_id: str, entry: ModelEntry) -> ModelStatus:
        if model_id.endswith("*"):
            missing = self._instances.missing
            price = None if "*" in entry.price else self._price(entry)
            hint = _hint(entry, missing) if entry.provider in missing else None
            return ModelStatus(model_id, entry, price, hint, ())
        own, found = self._route(model_id, entry), self._found(model_id)
        routes = () if isinstance(found, str) else found
        return ModelStatus(model_id, entry, self._price(entry), own if isinstance(own, str) else None, routes)


def _hint(entry: ModelEntry, missing: Mapping[str, str]) -> str:
    return f"provider {entry.provider!r} is not configured: {missing[entry.provider]}"


def _filled(entry: ModelEntry, rest: str) -> ModelEntry:
    return structs.replace(
        entry, upstream_model=entry.upstream_model.replace("*", rest), price=entry.price.replace("*", rest)
    )


def _not_found(model_id: str, hint: str | None) -> ModelNotFound:
    return ModelNotFound(
        f"The model `{model_id}` does not exist or you do not have access to it.", model_id=model_id, hint=hint
    )
