"""Secrets taken out of what is logged: those that the operator set, and whatever looks like a key of somebody's."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["SCRUBBED", "Scrubber", "SecretsFilter"]

SCRUBBED: Final = "[secret]"

# Shorter ones would take ordinary words out of every line.
_LEAST_SECRET: Final = 8
_LOOKS_SECRET: Final = re.compile(
    r"(?P<bearer>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<parameter>[?&](?:[\w-]*key|[\w-]*token|secret|password|signature)=)[^&\s\"'#]{4,}"
    r"|(?P<address>://[^\s/:@\"']{0,200}:)[^\s/@\"']{1,500}(?=@)"
    r"|\b(?:sk|pk|rk|cd|ghp|gho|xox[abp])[-_][\w-]{16,}"
    r"|\bAIza[\w-]{30,}",
    re.IGNORECASE,
)


class Scrubber:
    """For texts of any kind. The secrets themselves are looked for first, the longest before those that it holds."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _LEAST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def scrub(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(SCRUBBED, text)
        return _LOOKS_SECRET.sub(_without, text)


def _without(match: re.Match[str]) -> str:
    kept = next((group for group in match.groups() if group is not None), "")
    return kept + SCRUBBED


class SecretsFilter(logging.Filter):
    """To be put on every handler: a filter on a logger does not see what its children log."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__()
        self._scrubber = scrubber

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)  # its arguments do not fit; the line is worth more than they are
        record.msg, record.args = self._scrubber.scrub(message), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = self._scrubber.scrub(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._scrubber.scrub(record.stack_info)
        return True
