"""The model catalogue of a running desk: opened with the settings, and taken over anew when its files change."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from pathlib import Path

from cryptodesk.catalog.models import CatalogError, ModelTable, load_models
from cryptodesk.catalog.prices import PriceTable, load_prices
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.models._router import ModelRouter
from cryptodesk.settings import Settings

__all__ = ["CatalogueWatch", "open_models", "start_hint"]

log = logging.getLogger("cryptodesk.models")

_LOOK_SECONDS = 0.5

_Stamp = tuple[tuple[str, int, int, int] | None, ...]


def open_models(settings: Settings, services: ProviderServices) -> ModelRouter:
    """Raises: CatalogError, ValueError for files that are wrong."""
    table, prices = _load(settings)
    return ModelRouter(
        table,
        prices,
        services=services,
        variables=settings.variables(table.variables),
        fallback_enabled=settings.analyst_fallback,
        enabled_providers=("scripted",) if settings.scripted_models else (),
        unknown_price=settings.unknown_price,
    )


def start_hint(models: ModelRouter) -> str | None:
    """What an operator would have to set for the models that cannot be served; None if all can. May read the published
    prices, which takes a moment: call it in a thread."""
    lacks = models.lacks()
    if not lacks:
        return None
    unset = sorted({lack.removeprefix("set ") for lack in models.missing.values()})
    unpriced = sorted(model_id for model_id, lack in lacks.items() if lack.startswith("no price"))
    said = [f"{len(lacks)} models of the catalogue are not set up"]
    said += [f"set {', '.join(unset)} for those you want"] if unset else []
    said += [f"no price is known for {', '.join(unpriced)}"] if unpriced else []
    return f"{'; '.join(said)} (`cryptodesk models list` shows each)"


class CatalogueWatch:
    """Takes over the operator's models.toml and prices.toml when they change, appear or go; also on SIGHUP. A file that
    is wrong changes nothing and is told once."""

    def __init__(self, settings: Settings, models: ModelRouter) -> None:
        self._settings = settings
        self._models = models
        self._seen = self._stamp()
        self._asked = asyncio.Event()

    async def serve(self) -> None:
        """Looks twice a second. Runs until it is cancelled."""
        loop = asyncio.get_running_loop()
        hangup = getattr(signal, "SIGHUP", None)
        # Only the main thread of a system that knows the signal can be told of it.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            if hangup is not None:
                loop.add_signal_handler(hangup, self._asked.set)
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._asked.wait(), _LOOK_SECONDS)
                await self.look(even_unchanged=self._asked.is_set())
                self._asked.clear()
        finally:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                if hangup is not None:
                    loop.remove_signal_handler(hangup)

    async def look(self, *, even_unchanged: bool = False) -> bool:
        """Whether other tables were taken over."""
        stamp = self._stamp()
        if stamp == self._seen and not even_unchanged:
            return False
        self._seen = stamp
        try:
            table, prices = await asyncio.to_thread(_load, self._settings)
            await self._models.reload(table, prices, self._settings.variables(table.variables))
        except (CatalogError, ValueError) as error:
            log.error("models and prices stay as they were: %s", error)
            return False
        log.warning("models and prices were taken over anew: %d models can be served", len(self._models.model_ids))
        return True

    def _stamp(self) -> _Stamp:
        return tuple(_file_stamp(path) for path in (self._settings.own_models_file, self._settings.own_prices_file))


def _load(settings: Settings) -> tuple[ModelTable, PriceTable]:
    return load_models(settings.own_models_file), load_prices(settings.own_prices_file)


def _file_stamp(path: Path | None) -> tuple[str, int, int, int] | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), found.st_mtime_ns, found.st_size, found.st_ino)
