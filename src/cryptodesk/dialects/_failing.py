"""What of a failed request is for the log: what its caller is not told, once, under the id that the answer carries."""

from __future__ import annotations

from logging import Logger
from typing import Final

from cryptodesk.core.errors import CryptodeskError, InternalError

__all__ = ["DEFECT", "log_failure"]

# What a caller is told of an error that nobody foresaw.
DEFECT: Final = InternalError("An internal error occurred. It was logged under the request's id.")


def log_failure(error: Exception, request_id: str, log: Logger) -> CryptodeskError:
    """The error that the caller is told of. A run's failure was logged by its engine, which says so (`is_logged`)."""
    if not isinstance(error, CryptodeskError):
        log.error("request %s failed by a defect", request_id, exc_info=error)
    elif error.public_message != error.message and not error.is_logged:
        log.error("request %s failed: %s", request_id, error.message)
    # It knows the frames that it went through, and they know it: together they would outlive the request.
    error.__traceback__ = None
    return error if isinstance(error, CryptodeskError) else DEFECT
