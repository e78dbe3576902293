"""Who is let in at the edge: the gate of this process and the limits of every caller, before each engine."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from cryptodesk.app.desk import Desk
from cryptodesk.core.ports import RunObserver
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._admission import AdmittedEngine, AdmittedJobs, RunUses, limit_headers
from cryptodesk.dialects._gate import Gate
from cryptodesk.dialects._ports import DialectPorts, RunEngine
from cryptodesk.research.job_run import DIALECT_NAME as JOB_DIALECT
from cryptodesk.settings import Settings
from cryptodesk.state.limits import DefaultLimits, LimitBook
from cryptodesk.state.limits_desk import LimitDesk

__all__ = ["Admitting"]


class Admitting:
    """Made before the desk, because it hears from the desk's engines what each run has used: hand `uses` to the desk,
    then the desk to `watch_over`."""

    def __init__(self, settings: Settings, observer: RunObserver) -> None:
        self.gate = Gate(settings.runs_at_once, settings.runs_waiting, settings.run_wait_seconds)
        self.uses = RunUses(observer)
        self._defaults = DefaultLimits(settings.key_limits, settings.account_limits)
        self.limits: LimitDesk

    def watch_over(self, desk: Desk) -> None:
        self._clock = desk.clock
        self.limits = LimitDesk(desk.database, desk.clock, LimitBook(desk.database, self._defaults))
        self.uses.count_others(JOB_DIALECT, self.limits.count)

    def over(self, ports: DialectPorts) -> DialectPorts:
        """The same ports, behind gate and limits."""
        return structs.replace(
            ports,
            engine=self._admitted(ports.engine),
            research=None if ports.research is None else self._admitted(ports.research),
            jobs=None if ports.jobs is None else AdmittedJobs(ports.jobs, self.limits),
            limit_headers=self._headers,
            limit_states=self.limits.look,
            turn_away=self._turn_away,
        )

    def _admitted(self, engine: RunEngine) -> AdmittedEngine:
        return AdmittedEngine(engine, self.gate, self.limits, self.uses)

    def _headers(self, caller: Caller) -> Sequence[tuple[bytes, bytes]]:
        return limit_headers(self.limits.states(caller), self._clock.now())

    def _turn_away(self, caller: Caller) -> None:
        """Raises: Overloaded, RateLimited."""
        self.gate.check()
        self.limits.refuse_early(caller)
