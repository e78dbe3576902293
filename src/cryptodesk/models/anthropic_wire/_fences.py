"""The code fence that a model may put around JSON it was asked for in words, taken off while it streams."""

from __future__ import annotations

from cryptodesk.core.events import ModelEvent, TextDelta

__all__ = ["Unfencer"]

_FENCE = "```"


class Unfencer:
    """Text in pieces in, the same text out without a fence around it. Any other text passes as it is."""

    __slots__ = ("_held", "_is_fenced")

    def __init__(self) -> None:
        self._held = ""
        self._is_fenced: bool | None = None  # None until the text's beginning has told

    def pass_on(self, events: list[ModelEvent], start: int) -> None:
        """Rewrites the texts among `events` from `start` on."""
        passed: list[ModelEvent] = []
        for event in events[start:]:
            if type(event) is not TextDelta:
                passed.append(event)
            elif text := self._feed(event.text):
                passed.append(TextDelta(text))
        events[start:] = passed

    def finish(self) -> list[ModelEvent]:
        """What was held back and is no fence."""
        rest, self._held = self._held, ""
        if self._is_fenced and rest.strip() == _FENCE:
            return []
        return [TextDelta(rest)] if rest else []

    def _feed(self, text: str) -> str:
        text = self._held + text
        self._held = ""
        if self._is_fenced is None:
            begun = text.lstrip()
            if len(begun) < len(_FENCE) and _FENCE.startswith(begun):
                self._held = text
                return ""
            self._is_fenced = begun.startswith(_FENCE)
            if self._is_fenced:
                _, newline, rest = begun.partition("\n")
                if not newline:  # the line of the fence, which may name a language, is not over
                    self._held, self._is_fenced = text, None
                    return ""
                text = rest
        if not self._is_fenced:
            return text
        # Only the very end can be the closing fence, so a tail that may be one waits for what follows.
        kept = text.rstrip("`\n\r\t ")
        self._held = text[len(kept) :]
        return kept
