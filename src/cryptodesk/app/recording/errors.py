"""Errors on the tape, by the name of their class, and back."""

from __future__ import annotations

from typing import Any

from cryptodesk.app.recording.format import TapedError
from cryptodesk.core import errors
from cryptodesk.core.errors import CryptodeskError, InternalError

__all__ = ["tape_error", "untape_error"]

_DEFECT = "defect"
_TIMEOUT = "TimeoutError"
# The message stands apart; what the log has is no part of what happened.
_NOT_TOLD = frozenset({"message", "is_logged"})
_PLAIN = (str, int, float, bool, dict, list, type(None))


def tape_error(error: BaseException) -> TapedError:
    """A defect's own words are for the log alone."""
    if isinstance(error, CryptodeskError):
        told = vars(error).items()
        fields = {name: value for name, value in told if name not in _NOT_TOLD and isinstance(value, _PLAIN)}
        return TapedError(_known_name(type(error)), error.message, fields)
    if isinstance(error, TimeoutError):
        return TapedError(_TIMEOUT, "")
    return TapedError(_DEFECT, type(error).__name__)


def untape_error(taped: TapedError) -> Exception:
    if taped.name == _TIMEOUT:
        return TimeoutError()
    kind: Any = getattr(errors, taped.name, None)
    if kind is None:
        return RuntimeError(f"the recording has a {taped.message} here")
    made: CryptodeskError = kind.__new__(kind)
    made.args = (taped.message,)
    vars(made).update(taped.fields, message=taped.message)
    return made


def _known_name(kind: type[CryptodeskError]) -> str:
    """Of the nearest class that the tree of errors has: an adapter may refine one for itself."""
    known = (base.__name__ for base in kind.__mro__ if getattr(errors, base.__name__, None) is base)
    return next(known, InternalError.__name__)
