"""What migrating, checking and copying have to tell."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cryptodesk.ledger.seals import Finding as SealFinding

__all__ = ["Checked", "Copied", "CopiedTable", "Finding", "Migrated", "State", "Step"]

State = Literal["ok", "warning", "problem"]


class Step(Struct, frozen=True):
    """A step of a component's schema that was applied now."""

    component: str
    version: int
    name: str


class Migrated(Struct, frozen=True):
    """`notes` are about what works, but not as well as it could."""

    database: str
    applied: tuple[Step, ...]
    notes: tuple[str, ...] = ()


class Finding(Struct, frozen=True):
    """One thing that was looked at. A warning keeps nobody from working, a problem does or will."""

    name: str
    state: State
    text: str


class Checked(Struct, frozen=True):
    """`is_reachable` is False where nothing but that could be found out."""

    database: str
    findings: tuple[Finding, ...]
    is_reachable: bool = True

    @property
    def has_problem(self) -> bool:
        return any(finding.state == "problem" for finding in self.findings)


class CopiedTable(Struct, frozen=True):
    """`checksum` is the same of the rows that were read and of those that were written."""

    component: str
    table: str
    rows: int
    checksum: str


class Copied(Struct, frozen=True):
    """`next_numbers` are those that columns which count by themselves give next, by `table.column`. `seals` are the
    findings about the ledger in the copy, and `are_seals_same` says whether the original has the same.
    `left_out` are tables of the file that are not this program's."""

    source: str
    target: str
    tables: tuple[CopiedTable, ...]
    next_numbers: dict[str, int]
    replaced_texts: int
    seals: tuple[SealFinding, ...]
    are_seals_same: bool
    left_out: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)
