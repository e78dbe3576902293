"""Everything that can go wrong, as one tree.

CryptodeskError
├── RequestError                 the caller can mend it
│   ├── InvalidRequest           400  a field is missing, malformed or out of range
│   ├── TurnCompleted            400  the resumed turn was used already
│   ├── TurnNotFound             400  no such turn, expired, or another key's
│   ├── PendingToolCall          400  a resumed call got no result, or an unknown one
│   ├── OutputLimitTooLow        400  no answer fits into the asked output tokens
│   ├── Unauthenticated          401  the key is missing or invalid
│   ├── OutOfCredit              402
│   ├── Forbidden                403
│   ├── NotFound                 404
│   │   ├── ModelNotFound        404  unknown or unavailable model id
│   │   └── JobNotFound          404  no such research job, or another account's
│   ├── MethodNotAllowed         405
│   ├── RequestTimeout           408  the body did not arrive in time
│   ├── JobEnded                 409  the job is over: there is nothing to cancel
│   ├── JobNotReady              409  the job has no report to go on from
│   ├── TooLarge                 413
│   └── RateLimited              429  we limited the caller
│       └── LargerThanLimit      429  the request alone is more than its limit: it will never fit
├── Overloaded                   503  more at once than this process takes; another moment, or another process
├── UpstreamError                a provider or source failed; names it
│   ├── UpstreamBadAnswer        502
│   ├── UpstreamRejected         502  the upstream refused our request as wrong
│   ├── UpstreamUnavailable      503
│   ├── UpstreamRateLimited      503  the upstream limited us
│   └── UpstreamTimeout          504
│       └── UpstreamConnectTimeout  504  no connection came about: the request was never sent
├── ToolError                    told to the model, the run goes on
│   ├── ToolArgumentError        the model may try again
│   └── ToolFailed
├── RunError                     the run cannot go on
│   ├── ContextTooLong           400
│   ├── BudgetSpent              402
│   ├── ContentFiltered          400
│   └── RunTimeout               504
└── InternalError                500  a defect of ours
    ├── LedgerUnavailable        503  nothing can be recorded, so nothing is run
    └── StoreUnavailable         503  the database cannot be asked now
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, ClassVar, Literal

__all__ = [
    "BudgetSpent",
    "ContentFiltered",
    "ContextTooLong",
    "CryptodeskError",
    "Forbidden",
    "InternalError",
    "InvalidRequest",
    "JobEnded",
    "JobNotFound",
    "JobNotReady",
    "LargerThanLimit",
    "LedgerUnavailable",
    "MethodNotAllowed",
    "ModelNotFound",
    "NotFound",
    "OutOfCredit",
    "OutputLimitTooLow",
    "Overloaded",
    "PendingToolCall",
    "RateLimited",
    "RequestError",
    "RequestTimeout",
    "RunError",
    "RunTimeout",
    "StoreUnavailable",
    "TooLarge",
    "ToolArgumentError",
    "ToolError",
    "ToolFailed",
    "TurnCompleted",
    "TurnNotFound",
    "Unauthenticated",
    "UpstreamBadAnswer",
    "UpstreamConnectTimeout",
    "UpstreamError",
    "UpstreamRateLimited",
    "UpstreamRejected",
    "UpstreamTimeout",
    "UpstreamUnavailable",
]


class CryptodeskError(Exception):
    """Root. `code` is stable and machine-readable, `status` the HTTP status a plain dialect gives it. `is_logged` says
    that the log has what the caller is not told."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    log_level: ClassVar[int] = logging.ERROR
    retryable: ClassVar[bool] = False
    is_logged = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def public_message(self) -> str:
        """What a caller may read."""
        return self.message


class RequestError(CryptodeskError):
    code = "invalid_request"
    status = 400
    log_level = logging.INFO


class InvalidRequest(RequestError):
    """`param` is the offending field's path; `reason` a short machine code that a dialect may pass on."""

    def __init__(self, message: str, *, param: str | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.reason = reason


class TurnCompleted(RequestError):
    code = "turn_completed"


class TurnNotFound(RequestError):
    code = "turn_not_found"

    def __init__(self, message: str, *, turn_id: str) -> None:
        super().__init__(message)
        self.turn_id = turn_id


class PendingToolCall(RequestError):
    """`call_id` is the call without a result, or the result without a call; `is_unknown` tells which."""

    code = "pending_tool_call"

    def __init__(self, message: str, *, call_id: str, is_unknown: bool = False) -> None:
        super().__init__(message)
        self.call_id = call_id
        self.is_unknown = is_unknown


class OutputLimitTooLow(RequestError):
    code = "output_limit_too_low"


class Unauthenticated(RequestError):
    code = "unauthenticated"
    status = 401

    def __init__(self, message: str, *, reason: Literal["missing", "invalid"]) -> None:
        super().__init__(message)
        self.reason = reason


class OutOfCredit(RequestError):
    code = "out_of_credit"
    status = 402


class Forbidden(RequestError):
    code = "forbidden"
    status = 403


class NotFound(RequestError):
    code = "not_found"
    status = 404


class ModelNotFound(NotFound):
    """`hint` says why a known model cannot serve, for people; None when the id is simply unknown."""

    code = "model_not_found"

    def __init__(self, message: str, *, model_id: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.model_id = model_id
        self.hint = hint


class JobNotFound(NotFound):
    code = "job_not_found"


class JobEnded(RequestError):
    code = "job_ended"
    status = 409


class JobNotReady(RequestError):
    code = "job_not_ready"
    status = 409


class MethodNotAllowed(RequestError):
    code = "method_not_allowed"
    status = 405


class RequestTimeout(RequestError):
    code = "request_timeout"
    status = 408


class TooLarge(RequestError):
    code = "too_large"
    status = 413


class RateLimited(RequestError):
    """`measure` names the limit that is reached, `scope` whose it is; `resets_at` is when there is room again, None
    where nobody knows."""

    code = "rate_limited"
    status = 429
    retryable = True

    def __init__(
        self, message: str, *, measure: str | None = None, scope: str | None = None, resets_at: datetime | None = None
    ) -> None:
        super().__init__(message)
        self.measure = measure
        self.scope = scope
        self.resets_at = resets_at


class LargerThanLimit(RateLimited):
    code = "larger_than_limit"
    retryable = False


class Overloaded(CryptodeskError):
    """`retry_after_seconds` is when asking again makes sense."""

    code = "overloaded"
    status = 503
    log_level = logging.WARNING
    retryable = True

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UpstreamError(CryptodeskError):
    """`upstream` names the provider or source; `upstream_status` and `body` are what it said, if anything.
    `retry_after_seconds` is when asking again makes sense; None when it did not say."""

    code = "upstream_error"
    status = 502
    log_level = logging.WARNING

    def __init__(
        self,
        message: str,
        *,
        upstream: str,
        upstream_status: int | None = None,
        body: dict[str, Any] | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.upstream = upstream
        self.upstream_status = upstream_status
        self.body = body
        self.retry_after_seconds = retry_after_seconds


class UpstreamBadAnswer(UpstreamError):
    code = "upstream_bad_answer"
    retryable = True


class UpstreamRejected(UpstreamError):
    code = "upstream_rejected"


class UpstreamUnavailable(UpstreamError):
    code = "upstream_unavailable"
    status = 503
    retryable = True


class UpstreamRateLimited(UpstreamError):
    code = "upstream_rate_limited"
    status = 503
    retryable = True


class UpstreamTimeout(UpstreamError):
    code = "upstream_timeout"
    status = 504
    retryable = True


class UpstreamConnectTimeout(UpstreamTimeout):
    """No connection came about, so the request was never sent."""


class ToolError(CryptodeskError):
    code = "tool_error"
    log_level = logging.INFO


class ToolArgumentError(ToolError):
    code = "tool_argument_error"
    retryable = True


class ToolFailed(ToolError):
    code = "tool_failed"
    log_level = logging.WARNING


class RunError(CryptodeskError):
    code = "run_error"
    status = 400
    log_level = logging.INFO


class ContextTooLong(RunError):
    code = "context_too_long"


class BudgetSpent(RunError):
    code = "budget_spent"
    status = 402


class ContentFiltered(RunError):
    code = "content_filtered"


class RunTimeout(RunError):
    code = "run_timeout"
    status = 504


class InternalError(CryptodeskError):
    """A defect of ours. The message shown outside never holds the cause; the log does."""

    code = "internal_error"

    @property
    def public_message(self) -> str:
        return "An internal error occurred. It was logged under the request's id."


class LedgerUnavailable(InternalError):
    """Closed, not open: what cannot be charged is not served."""

    code = "ledger_unavailable"
    status = 503
    retryable = True

    @property
    def public_message(self) -> str:
        return self.message


class StoreUnavailable(InternalError):
    """The database is away, starting, or kept busy by others: nothing is wrong with the request, nor with the program.
    Which database and why is for the log."""

    code = "store_unavailable"
    status = 503
    retryable = True

    @property
    def public_message(self) -> str:
        return "The database cannot be asked now. Try again in a moment."
