"""The catalogue of models as the engine gets it: with the operator's rules for routes that fail."""

from __future__ import annotations

from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule
from cryptodesk.models._resilient import ResilientModels
from cryptodesk.models._router import ModelRouter
from cryptodesk.settings import Settings

__all__ = ["resilient_models"]


def resilient_models(router: ModelRouter, settings: Settings) -> ResilientModels:
    retry = RetryRule(retries=settings.model_retries, seconds=settings.model_retry_seconds)
    breaker = BreakerRule(
        failures=settings.breaker_failures,
        window_seconds=settings.breaker_window_seconds,
        open_seconds=settings.breaker_open_seconds,
    )
    return ResilientModels(router, Resilience(retry, breaker))
