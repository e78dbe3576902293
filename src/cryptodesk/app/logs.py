"""The log of a server as the settings want it: its lines, its file, and no secret in any of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from cryptodesk.core.clock import Clock
from cryptodesk.observing.log_lines import JsonFormatter, LineSink, SinkHandler, TextFormatter
from cryptodesk.observing.run_log import RunLog
from cryptodesk.observing.scrubbing import Scrubber, SecretsFilter
from cryptodesk.settings import Settings, SettingsError

__all__ = ["Logs", "secrets_of"]

# Node operators put keys into the path of an address.
_LONG_SEGMENT: Final = 16


class Logs:
    """Raises: SettingsError for a log file that cannot be written."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.scrubber = Scrubber(secrets_of(settings))
        try:
            self.sink = LineSink(settings.log_file)
        except OSError as error:
            raise SettingsError(f"log_file: {str(settings.log_file)!r} cannot be written: {error.strerror}") from None
        self.runs = RunLog(self.sink, clock, self.scrubber, settings.log_format)

    def install(self) -> None:
        """Makes this the one handler of the process; whatever was there before goes."""
        handler = SinkHandler(self.sink)
        is_json = self._settings.log_format == "json"
        handler.setFormatter(JsonFormatter(self._clock) if is_json else TextFormatter())
        handler.addFilter(SecretsFilter(self.scrubber))
        root = logging.getLogger()
        for old in root.handlers[:]:
            root.removeHandler(old)
        root.addHandler(handler)
        root.setLevel(self._settings.log_level.upper())
        logging.captureWarnings(True)

    def close(self) -> None:
        self.runs.flush()
        self.sink.close()


def secrets_of(settings: Settings) -> Iterator[str]:
    """Whatever must not be shown: in the environment, in settings, in addresses."""
    yield from settings.secrets()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
    yield from _secrets_inside((settings.proxy or "", *settings.source_addresses.values()))


def _secrets_inside(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        parts = urlsplit(address)
        if parts.password:
            yield parts.password
        yield from (segment for segment in parts.path.split("/") if len(segment) >= _LONG_SEGMENT)
