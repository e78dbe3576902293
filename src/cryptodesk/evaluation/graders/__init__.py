"""Deterministic graders, one file each: from a question and what was observed to a count of what was right."""

from __future__ import annotations

from cryptodesk.evaluation.graders._check import Check, Observed, PlannedPart

__all__ = ["Check", "Observed", "PlannedPart"]
