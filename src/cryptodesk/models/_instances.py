"""The configured provider instances: built from the catalogue and the operator's variables, kept while nothing about
them changes, retired when something does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from cryptodesk.catalog.models import CatalogError, ModelEntry, ModelProfile, ModelTable, ProviderEntry
from cryptodesk.core.ports import Provider
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, ProviderServices

__all__ = ["Instances"]

# Longer than any run: what is retired may still be answering.
_RETIRED_SECONDS = 3600.0


class _Built(Struct, frozen=True):
    config: ProviderConfig
    kind: str
    provider: Provider


class Instances:
    """Provider instances by name. `missing` says of those that cannot work what is to be set.

    Raises (`take`): CatalogError if an instance's options are wrong; nothing has changed then."""

    def __init__(
        self,
        kinds: Mapping[str, ProviderKind],
        services: ProviderServices,
        enabled_providers: Collection[str],
    ) -> None:
        self._kinds = kinds
        self._services = services
        self._enabled_providers = frozenset(enabled_providers)
        self.entries: dict[str, ProviderEntry] = {}
        self.missing: dict[str, str] = {}
        self._built: dict[str, _Built] = {}
        self._retired: list[tuple[float, _Built]] = []

    def enabled(self, table: ModelTable) -> dict[str, ProviderEntry]:
        """Raises: CatalogError for a kind that nobody knows."""
        entries = {
            name: entry for name, entry in table.providers.items() if entry.enabled or name in self._enabled_providers
        }
        for name, entry in entries.items():
            if entry.kind not in self._kinds:
                known = ", ".join(self._kinds)
                raise CatalogError(f"providers.{name}: kind: {entry.kind!r} is unknown; known are {known}")
        return entries

    def take(
        self, entries: dict[str, ProviderEntry], models: Mapping[str, ModelEntry], variables: Mapping[str, str]
    ) -> None:
        """Makes `entries` the instances. One whose configuration is what it was stays, with its connections."""
        missing: dict[str, str] = {}
        built: dict[str, _Built] = {}
        for name, entry in entries.items():
            lack = self._lack(name, entry, variables)
            if lack is not None:
                missing[name] = lack
                continue
            config = self._config(name, entry, models, variables)
            known = self._built.get(name)
            is_same = known is not None and (known.kind, known.config) == (entry.kind, config)
            built[name] = known if known is not None and is_same else self._build(entry.kind, config)
        now = self._services.clock.unix()
        self._retired += [(now, old) for name, old in self._built.items() if built.get(name) is not old]
        self.entries, self.missing, self._built = entries, missing, built

    def models_of(self, entry: ProviderEntry) -> tuple[str, ...]:
        """All models of a kind that knows its own."""
        return self._kinds[entry.kind].upstream_models

    def kind(self, name: str) -> ProviderKind:
        return self._kinds[self.entries[name].kind]

    def provider(self, name: str) -> Provider:
        """Also one that was retired while somebody was about to ask it. Raises: KeyError for any other name."""
        found = self._built.get(name)
        if found is not None:
            return found.provider
        for _, old in reversed(self._retired):
            if old.config.name == name:
                return old.provider
        raise KeyError(name)

    async def close_retired(self) -> None:
        """Closes what was retired so long ago that no run can be using it."""
        before = self._services.clock.unix() - _RETIRED_SECONDS
        due = [old for at, old in self._retired if at <= before]
        self._retired = [(at, old) for at, old in self._retired if at > before]
        for old in due:
            await old.provider.close()

    async def close(self) -> None:
        built = [*self._built.values(), *(old for _, old in self._retired)]
        self._built, self._retired = {}, []
        for each in built:
            await each.provider.close()

    def _lack(self, name: str, entry: ProviderEntry, variables: Mapping[str, str]) -> str | None:
        """What is to be set before the instance can work; None if it can."""
        if self._kinds[entry.kind].needs_base_url and not _base_url(entry, variables):
            return f"set {entry.base_url_env or f'base_url of provider {name!r}'}"
        if entry.api_key_env and not variables.get(entry.api_key_env) and not entry.key_optional:
            return f"set {entry.api_key_env}"
        return None

    def _config(
        self, name: str, entry: ProviderEntry, models: Mapping[str, ModelEntry], variables: Mapping[str, str]
    ) -> ProviderConfig:
        profiles: dict[str, ModelProfile] = {
            model.upstream_model: model.profile for model in models.values() if model.provider == name
        }
        api_key = variables.get(entry.api_key_env) or None
        return ProviderConfig(name, self._services, _base_url(entry, variables), api_key, entry.options, profiles)

    def _build(self, kind: str, config: ProviderConfig) -> _Built:
        try:
            return _Built(config, kind, self._kinds[kind].build(config))
        except ValueError as error:  # an operator's mistake, told as one of the catalogue's
            raise CatalogError(str(error)) from None


def _base_url(entry: ProviderEntry, variables: Mapping[str, str]) -> str:
    return variables.get(entry.base_url_env) or entry.base_url
