"""Fault drills: named faults played against this deployment, and what came of each beside the failure contract.

`faults` has them with what the contract promises; `wires` and `provider` are the provider that plays them, `deployment`
the operator's own desk with a ledger that is thrown away, `contract` the comparison.
"""

from __future__ import annotations

from cryptodesk.drills.faults import FAULTS, Fault, fault_names
from cryptodesk.drills.records import DrillReport, DrillRow
from cryptodesk.drills.running import run_drills

__all__ = ["FAULTS", "DrillReport", "DrillRow", "Fault", "fault_names", "run_drills"]
