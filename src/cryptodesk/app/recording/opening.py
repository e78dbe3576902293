"""The recorder that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import cryptodesk
from cryptodesk.app.recording.closing import secrets_among
from cryptodesk.app.recording.format import Circumstances
from cryptodesk.app.recording.recorder import Recorder
from cryptodesk.core.clock import Clock
from cryptodesk.core.requests import RunLimits
from cryptodesk.dialects._ports import DialectSettings
from cryptodesk.settings import Settings
from cryptodesk.state.recordings import RecordingStore

__all__ = ["open_recorder", "open_store"]

_KILOBYTE, _MEGABYTE, _DAY_SECONDS = 1024, 2**20, 24 * 3600.0


def open_store(settings: Settings) -> RecordingStore:
    return RecordingStore(
        settings.recordings_folder,
        retention_seconds=settings.recording_days * _DAY_SECONDS,
        most_bytes=settings.recording_mb * _MEGABYTE,
    )


def open_recorder(
    settings: Settings,
    clock: Clock,
    *,
    limits: RunLimits,
    research_model: str,
    built_in_tools: tuple[str, ...],
) -> Recorder:
    """The operator's keys are told to it, for no recording may hold one whatever brought it there."""
    circumstances = Circumstances(
        program=cryptodesk.__version__,
        data=settings.data,
        simulated_seed=settings.simulated_seed,
        simulated_coins=settings.simulated_coins,
        verification=settings.verification,
        citation_entailment=settings.citation_entailment,
        limits=limits,
        dialects=DialectSettings(),
        research_model=research_model,
        built_in_tools=built_in_tools,
    )
    return Recorder(
        open_store(settings),
        clock,
        circumstances,
        most_run_bytes=settings.recording_run_kb * _KILOBYTE,
        is_redacted=settings.recording == "redacted",
        secrets=secrets_among((*settings.secrets(), *_secrets_of(settings))),
    )


def _secrets_of(settings: Settings) -> Iterable[str]:
    if settings.bootstrap_key is not None:
        yield settings.bootstrap_key.get_secret_value()
    addresses: list[Any] = [settings.proxy or "", *settings.source_addresses.values()]
    for address in addresses:
        password = urlsplit(address).password
        if password:
            yield password
