"""Public model ids resolved to providers, in the order they are tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import structs

import cryptodesk.models as models_package
from cryptodesk.catalog.models import CatalogError, ModelEntry, ModelProfile, ModelTable, ProviderEntry
from cryptodesk.catalog.prices import PriceTable
from cryptodesk.core.discover import discover
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import Provider
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, ProviderServices

__all__ = ["ModelRouter"]

_Resolution = tuple[ModelRoute, ...] | str  # routes, or the hint why there are none


class ModelRouter:
    """`core.ports.ModelCatalog`. Every id is resolved once, and again when a dated price comes into force.

    `variables` are the operator's: keys and base URLs by the names the catalogue gives (`ModelTable.variables`).
    `enabled_providers` switches instances on that the catalogue ships switched off.

    Raises (constructor): CatalogError if an instance's kind is unknown; ValueError if its options are wrong."""

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
    ) -> None:
        self._prices = prices
        self._clock = services.clock
        self._fallback_enabled = fallback_enabled
        self._kinds = discover(models_package, "PROVIDER") if kinds is None else kinds
        self._instances = {
            name: entry for name, entry in table.providers.items() if entry.enabled or name in enabled_providers
        }
        self._check_kinds()
        self._models, self._patterns = self._split(table)
        self._missing: dict[str, str] = {}
        self._providers: dict[str, Provider] = {}
        for name, entry in self._instances.items():
            self._configure(name, entry, variables, services)
        self._resolve_all()

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Ids that can be served now, in catalogue order; patterns such as `local/*` are not listed."""
        return tuple(model_id for model_id, found in self._resolved.items() if not isinstance(found, str))

    def resolve(self, model_id: str) -> tuple[ModelRoute, ...]:
        """Routes to try in order, at least one. Raises: ModelNotFound."""
        if self._stale_at is not None and self._clock.unix() >= self._stale_at:
            self._resolve_all()
        found = self._resolved.get(model_id)
        if found is None:
            found = self._resolve_by_pattern(model_id)
        if isinstance(found, tuple):
            return found
        raise ModelNotFound(
            f"The model `{model_id}` does not exist or you do not have access to it.", model_id=model_id, hint=found
        )

    def provider(self, name: str) -> Provider:
        """Raises: KeyError if no instance of that name is configured."""
        return self._providers[name]

    async def close(self) -> None:
        for provider in self._providers.values():
            await provider.close()

    def _check_kinds(self) -> None:
        for name, entry in self._instances.items():
            if entry.kind not in self._kinds:
                known = ", ".join(self._kinds)
                raise CatalogError(f"providers.{name}: kind: {entry.kind!r} is unknown; known are {known}")

    def _split(self, table: ModelTable) -> tuple[dict[str, ModelEntry], dict[str, ModelEntry]]:
        """Entries by exact id, and by the beginning that a pattern's ids share, the longest first."""
        exact: dict[str, ModelEntry] = {}
        patterns: dict[str, ModelEntry] = {}
        for model_id, entry in table.models.items():
            instance = self._instances.get(entry.provider)
            if instance is None:
                continue
            own_models = self._kinds[instance.kind].upstream_models
            if not model_id.endswith("*"):
                exact[model_id] = entry
            elif own_models:
                exact |= {model_id[:-1] + own: _filled(entry, own) for own in own_models}
            else:
                patterns[model_id[:-1]] = entry
        return exact, dict(sorted(patterns.items(), key=lambda item: -len(item[0])))

    def _configure(
        self, name: str, entry: ProviderEntry, variables: Mapping[str, str], services: ProviderServices
    ) -> None:
        base_url = variables.get(entry.base_url_env) or entry.base_url
        api_key = variables.get(entry.api_key_env) or None
        kind = self._kinds[entry.kind]
        if kind.needs_base_url and not base_url:
            self._missing[name] = f"set {entry.base_url_env or f'base_url of provider {name!r}'}"
        elif entry.api_key_env and api_key is None and not entry.key_optional:
            self._missing[name] = f"set {entry.api_key_env}"
        else:
            profiles = self._profiles(name)
            config = ProviderConfig(name, services, base_url, api_key, entry.options, profiles)
            self._providers[name] = kind.build(config)

    def _profiles(self, provider: str) -> dict[str, ModelProfile]:
        return {entry.upstream_model: entry.profile for entry in self._models.values() if entry.provider == provider}

    def _resolve_all(self) -> None:
        change = self._prices.next_change(self._clock.now())
        self._stale_at = None if change is None else change.timestamp()
        self._resolved = {model_id: self._resolution(model_id, entry) for model_id, entry in self._models.items()}

    def _resolve_by_pattern(self, model_id: str) -> _Resolution | None:
        for beginning, entry in self._patterns.items():
            rest = model_id.removeprefix(beginning)
            if rest and model_id.startswith(beginning):
                return self._resolution(model_id, _filled(entry, rest))
        return None

    def _resolution(self, model_id: str, entry: ModelEntry) -> _Resolution:
        primary = self._route(model_id, entry)
        if isinstance(primary, ModelRoute):
            return (primary, *self._fallbacks(model_id, entry))
        # An unpriced model must not be quietly replaced by another: the operator has to see what is missing.
        if entry.provider in self._missing and (fallbacks := self._fallbacks(model_id, entry)):
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
        if entry.provider in self._missing:
            return f"provider {entry.provider!r} is not configured: {self._missing[entry.provider]}"
        price = self._prices.find(entry.price, self._clock.now())
        if price is None:
            return f"no price known: prices have no entry {entry.price!r} in force"
        kind = self._kinds[self._instances[entry.provider].kind]
        most = entry.limits.output_tokens
        return ModelRoute(model_id, entry.provider, entry.upstream_model, price, most, kind.is_language_model)


def _filled(entry: ModelEntry, rest: str) -> ModelEntry:
    return structs.replace(entry, upstream_model=entry.upstream_model.replace("*", rest))
