"""What of a failed request is for the log: what its caller is not told, once, under the id that the answer carries."""

from __future__ import annotations

from logging import Logger

from cryptodesk.core.errors import CryptodeskError, InternalError

__all__ = ["log_failure"]


def log_failure(error: Exception, request_id: str, log: Logger) -> CryptodeskError:
    """The error that the caller is told of. A run's failure was logged by its engine, which says so (`is_logged`)."""
    if not isinstance(error, CryptodeskError):
        log.error("request %s failed by a defect", request_id, exc_info=error)
        return InternalError("An internal error occurred. It was logged under the request's id.")
    if error.public_message != error.message and not error.is_logged:
        log.error("request %s failed: %s", request_id, error.message)
    return error
