"""What settings that are right by themselves meet on this machine: folders, files, addresses, names of models."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptodesk.app.connections import allow_descriptors
from cryptodesk.app.finding import Finding
from cryptodesk.app.tracing.opening import check_telemetry
from cryptodesk.catalog.models import CatalogError, load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.market.live_side import load_sources
from cryptodesk.settings import Settings, SettingsError

__all__ = ["look_around"]

_SHORTEST_KEY: Final = 16


def look_around(settings: Settings) -> Iterator[Finding]:
    for look in _LOOKS:
        yield from look(settings)


def _look_at_folders(settings: Settings) -> Iterator[Finding]:
    if problem := _unwritable(settings.home):
        yield Finding("error", "home", problem, "Set CRYPTODESK_HOME to a folder of the desk's own.")
    if settings.log_file is not None and (problem := _unwritable(settings.log_file.parent)):
        yield Finding("error", "log_file", problem)
    if settings.log_file is not None and settings.log_file.is_dir():
        yield Finding("error", "log_file", f"{str(settings.log_file)!r} is a folder")


def _look_at_catalogue(settings: Settings) -> Iterator[Finding]:
    try:
        load_prices(settings.own_prices_file)
    except (CatalogError, ValueError) as error:
        yield Finding("error", "prices_file", str(error))
    try:
        table = load_models(settings.own_models_file)
    except (CatalogError, ValueError) as error:
        yield Finding("error", "models_file", str(error))
        return
    for name, model_id in (("default_model", settings.default_model), ("research_model", settings.research_model)):
        if model_id and not _has_model(table.models, model_id) and not model_id.startswith("scripted-"):
            yield Finding("error", name, f"no model is called {model_id!r}", _nearest(model_id, table.models))
    if not settings.variables(table.variables) and not settings.analyst_fallback:
        yield Finding("warning", "analyst_fallback", "it is off, and no provider has a key: nothing can answer")


def _look_at_sources(settings: Settings) -> Iterator[Finding]:
    known = load_sources()
    named = (("sources_off", settings.sources_off), ("source_addresses", tuple(settings.source_addresses)))
    for setting, names in named:
        for name in names:
            if name not in known:
                yield Finding("warning", setting, f"no live source is called {name!r}", _nearest(name, known))


def _look_at_addresses(settings: Settings) -> Iterator[Finding]:
    addresses = {"proxy": settings.proxy, "server": settings.server, **_numbered("mcp_origins", settings.mcp_origins)}
    addresses |= {f"source_addresses.{name}": address for name, address in settings.source_addresses.items()}
    for name, address in addresses.items():
        if address and not _is_address(address, ("http", "https")):
            yield Finding("error", name, "no address with http:// or https:// and a host")
    database = settings.database_url
    if database is not None and not _is_address(database.get_secret_value(), ("postgres", "postgresql")):
        yield Finding("error", "database_url", "no address of the form postgresql://user:password@host:port/name")


def _look_at_telemetry(settings: Settings) -> Iterator[Finding]:
    try:
        check_telemetry(settings)
    except SettingsError as error:
        yield Finding("error", "otel_traces" if settings.otel_traces == "otlp" else "otel_metrics", str(error))


def _look_at_listening(settings: Settings) -> Iterator[Finding]:
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        yield Finding("error", "host", f"{settings.host!r} is no address of this machine")
        return
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen(1)
        except PermissionError:
            yield Finding("error", "port", f"this user may not listen on port {settings.port}")
        except OSError as error:
            problem = f"{settings.host}:{settings.port} cannot be listened on now: {error.strerror}"
            yield Finding("warning", "port", problem, "A desk may be running there already.")


def _look_at_keys(settings: Settings) -> Iterator[Finding]:
    for name, key in (("bootstrap_key", settings.bootstrap_key), ("metrics_key", settings.metrics_key)):
        if key is not None and len(key.get_secret_value()) < _SHORTEST_KEY:
            yield Finding("error", name, f"shorter than {_SHORTEST_KEY} characters: it could be guessed")
    if settings.log_texts:
        yield Finding("warning", "log_texts", "what users ask and are answered is written to the log")


def _look_at_providers(settings: Settings) -> Iterator[Finding]:
    """Their keys and addresses, by the variables that they are read from. No value is shown."""
    try:
        table = load_models(settings.own_models_file)
    except (CatalogError, ValueError):
        return  # told above
    addresses = {entry.base_url_env for entry in table.providers.values()}
    for name, value in settings.variables(table.variables).items():
        if name in addresses and not _is_address(value, ("http", "https")):
            yield Finding("error", name, "no address with http:// or https:// and a host")
        elif name not in addresses and not (value.isascii() and value.isprintable() and " " not in value.strip()):
            yield Finding("error", name, "a key has no spaces, line ends or characters beyond ASCII")
        elif name not in addresses and (value != value.strip() or value[0] in "'\""):
            yield Finding("error", name, "quotes or spaces around a key become part of it")


def _look_at_limits(settings: Settings) -> Iterator[Finding]:
    most = allow_descriptors(settings.connections)
    if most < settings.connections:
        yield Finding(
            "warning", "connections", f"this system allows {most} at most", "Raise its limit of open files (ulimit -n)."
        )
    if settings.runs_at_once > settings.connections:
        yield Finding("warning", "runs_at_once", "more than `connections`, so they are never reached")


_LOOKS: Final[tuple[Callable[[Settings], Iterable[Finding]], ...]] = (
    _look_at_folders,
    _look_at_catalogue,
    _look_at_sources,
    _look_at_addresses,
    _look_at_telemetry,
    _look_at_listening,
    _look_at_keys,
    _look_at_providers,
    _look_at_limits,
)


def _unwritable(folder: Path) -> str:
    """What keeps the desk from writing there; empty if nothing does. A folder that is missing would be made."""
    found = folder.absolute()
    while not found.exists() and found != found.parent:
        found = found.parent
    if not found.is_dir():
        return f"{str(found)!r} is no folder"
    return "" if os.access(found, os.W_OK | os.X_OK) else f"{str(found)!r} cannot be written by this user"


def _has_model(models: Iterable[str], model_id: str) -> bool:
    return any(
        model_id == known or (known.endswith("*") and model_id.startswith(known[:-1]) and len(model_id) >= len(known))
        for known in models
    )


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _numbered(name: str, values: Iterable[str]) -> dict[str, str]:
    return {f"{name}[{number}]": value for number, value in enumerate(values)}


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {found[0]}?" if found else ""
