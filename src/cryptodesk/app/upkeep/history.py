"""The record of a database's schema, compared with what this program knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cryptodesk.app.upkeep.records import Finding
from cryptodesk.core.errors import InternalError
from cryptodesk.storage.migrations import Migration, refuse_foreign_history

__all__ = ["History", "by_component", "find_in_history", "is_current", "refuse_history"]

History = Mapping[str, Sequence[tuple[int, str]]]
Components = Mapping[str, Sequence[Migration]]


def by_component(rows: Iterable[Sequence[object]]) -> dict[str, list[tuple[int, str]]]:
    """Of rows of component, version and name, in the order of the versions."""
    found: dict[str, list[tuple[int, str]]] = {}
    for component, version, name in rows:
        found.setdefault(str(component), []).append((int(str(version)), str(name)))
    return found


def refuse_history(history: History, label: str, components: Components) -> None:
    """Raises: InternalError if any component is newer than this program, or another build's."""
    for component, migrations in components.items():
        refuse_foreign_history(history.get(component, ()), label, component, migrations)


def is_current(history: History, component: str, migrations: Sequence[Migration]) -> bool:
    return [step for step, _ in history.get(component, ())] == [step.version for step in migrations]


def find_in_history(history: History, label: str, components: Components) -> list[Finding]:
    """One finding for each component."""
    found = [_find(history.get(name, ()), label, name, migrations) for name, migrations in components.items()]
    return found + [
        Finding(f"schema {name}", "warning", f"version {steps[-1][0]}; this program has no such component")
        for name, steps in history.items()
        if name not in components
    ]


def _find(applied: Sequence[tuple[int, str]], label: str, component: str, migrations: Sequence[Migration]) -> Finding:
    name, known = f"schema {component}", len(migrations)
    try:
        refuse_foreign_history(applied, label, component, migrations)
    except InternalError as error:
        return Finding(name, "problem", error.message)
    version = applied[-1][0] if applied else 0
    if [step for step, _ in applied] != list(range(1, version + 1)):
        return Finding(name, "problem", f"steps are missing below version {version}: restore a backup")
    if version < known:
        text = f"version {version} of {known}; `cryptodesk db migrate` or the next start brings it up to date"
        return Finding(name, "warning", text)
    return Finding(name, "ok", f"version {version}")
