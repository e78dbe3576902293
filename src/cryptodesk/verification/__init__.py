"""Binds every figure of an answer to the cell of a tool result that it comes from."""

from __future__ import annotations

from cryptodesk.verification.checking import Checker
from cryptodesk.verification.facts import ToolResult
from cryptodesk.verification.policy import Policy
from cryptodesk.verification.streaming import Gate
from cryptodesk.verification.verdicts import CellReference, CheckedFigure, Counts, Verification

__all__ = ["CellReference", "CheckedFigure", "Checker", "Counts", "Gate", "Policy", "ToolResult", "Verification"]
