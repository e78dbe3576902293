"""The catalogue as the engine knows it: a router's routes, and what is done about those that fail."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import Provider
from cryptodesk.core.resilience import Resilience
from cryptodesk.models._router import ModelRouter

__all__ = ["ResilientModels"]


class ResilientModels:
    """`core.ports.ModelCatalog` over a router."""

    def __init__(self, router: ModelRouter, resilience: Resilience) -> None:
        self._router = router
        self.resilience = resilience

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        return self._router.resolve(model_id)

    def provider(self, name: str) -> Provider:
        return self._router.provider(name)
