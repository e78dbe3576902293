"""What the desk is set to and where that comes from, and what is wrong with it, before anything is started."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct
from pydantic import SecretStr

from cryptodesk.app.configured import look_around
from cryptodesk.app.finding import Finding
from cryptodesk.app.logs import secrets_of
from cryptodesk.catalog.models import CatalogError, load_models
from cryptodesk.documents.intake.subscribing import SOURCES
from cryptodesk.market.live_side import load_sources
from cryptodesk.observing.scrubbing import SCRUBBED, Scrubber
from cryptodesk.settings import (
    CONFIG_VARIABLE,
    Settings,
    SettingsError,
    config_file,
    environment_names,
    load_settings,
    variables_of,
)

__all__ = ["Shown", "check_configuration", "show_configuration"]

_PREFIX: Final = "CRYPTODESK_"

Origin = Literal["environment", "file", "default"]


class Shown(Struct, frozen=True):
    """A setting: its value without secrets, and the variable or file it comes from. `meaning` is what it does."""

    name: str
    value: Any
    origin: Origin
    where: str
    meaning: str


def show_configuration() -> tuple[Shown, ...]:
    """Every setting in the order of their table. Raises: SettingsError."""
    settings = load_settings()
    scrubber = Scrubber(secrets_of(settings))
    file = config_file()
    written = _read(file) if file is not None else {}
    names = {name.upper(): name for name in environment_names()}
    return tuple(_shown(settings, name, scrubber, names, (file, written)) for name in Settings.model_fields)


def check_configuration() -> tuple[Finding, ...]:
    """What is wrong or doubtful, errors first; empty if all is well."""
    findings = [*_unknown_variables(), *_file_findings()]
    try:
        settings = load_settings()
    except SettingsError as error:
        if not any(finding.level == "error" for finding in findings) or error.problems:
            findings += _problems(error)
    else:
        findings += look_around(settings)
    return tuple(sorted(findings, key=lambda finding: (finding.level != "error", finding.about)))


def _shown(
    settings: Settings,
    name: str,
    scrubber: Scrubber,
    names: Mapping[str, str],
    file: tuple[Path | None, Mapping[str, Any]],
) -> Shown:
    variable = next((names[found.upper()] for found in variables_of(name) if found.upper() in names), None)
    path, written = file
    origin: Origin = "environment" if variable else "file" if name in written else "default"
    where = variable or (str(path) if origin == "file" else "")
    meaning = Settings.model_fields[name].description or ""
    return Shown(name, _masked(getattr(settings, name), scrubber), origin, where, meaning)


def _masked(value: Any, scrubber: Scrubber) -> Any:
    if isinstance(value, SecretStr):
        return SCRUBBED
    if isinstance(value, Mapping):
        return {str(key): _masked(found, scrubber) for key, found in value.items()}
    if isinstance(value, tuple | list):
        return [_masked(found, scrubber) for found in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrubber.scrub(str(value))


def _problems(error: SettingsError) -> Iterator[Finding]:
    if not error.problems:
        yield Finding("error", "settings", str(error))
    for place, problem in error.problems.items():
        name = place.split(".")[0]
        known = next((field for field in Settings.model_fields if name in (field, *variables_of(field))), name)
        meaning = Settings.model_fields[known].description if known in Settings.model_fields else None
        yield Finding("error", place, problem, f"It is: {meaning}" if meaning else "")


# -- names -------------------------------------------------------------------------------------------------------------


def _unknown_variables() -> Iterator[Finding]:
    known = {variable for name in Settings.model_fields for variable in variables_of(name)} | {CONFIG_VARIABLE}
    known |= {f"{_PREFIX}{name.removeprefix(_PREFIX)}" for name in _key_variables()}
    for name in environment_names():
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            yield Finding(
                "warning", name, "no setting has this name, so it does nothing", _nearest(name.upper(), known)
            )


def _file_findings() -> Iterator[Finding]:
    try:
        path = config_file()
    except SettingsError as error:
        yield Finding("error", CONFIG_VARIABLE, str(error))
        return
    if path is None:
        return
    try:
        written = _read(path)
    except (OSError, ValueError) as error:
        yield Finding("error", str(path), f"no TOML that can be read: {error}")
        return
    for name in written.keys() - Settings.model_fields.keys():
        yield Finding("warning", f"{path}: {name}", "no setting has this name", _nearest(name, Settings.model_fields))
    secrets = sorted(name for name in written if _is_secret(name))
    if secrets and path.stat().st_mode & 0o077:
        yield Finding("warning", str(path), f"others may read {', '.join(secrets)} in it", f"chmod 600 {path}")


def _read(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _is_secret(name: str) -> bool:
    field = Settings.model_fields.get(name)
    return field is not None and "SecretStr" in str(field.annotation)


def _key_variables() -> set[str]:
    """Names that providers and sources read, those of the operator's own file among them if it can be read."""
    sources: Sequence[Any] = (*load_sources().values(), *SOURCES.values())
    names = {name for source in sources for name in source.credentials}
    try:
        own = load_settings().own_models_file
        return names | set(load_models(own).variables)
    except (SettingsError, CatalogError):
        return names | set(load_models().variables)


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {found[0]}?" if found else ""
