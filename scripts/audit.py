"""Asks whether packages of the locks have known vulnerabilities: OSV for Python's, npm's own service for the web app's.

python scripts/audit.py                       # every lock below, and the web app's
python scripts/audit.py LOCK…                 # those locks alone
python scripts/audit.py --service URL LOCK…   # another service that answers as OSV does

Ends with 1 if something was found that is not accepted below, or an accepted one has lapsed. Where no service answers,
or the tools are not here, it says so and ends with 0: a build without a network is not a vulnerable one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

__all__ = ["ACCEPTED", "Found", "audit_npm", "audit_python", "main"]

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venv" / "audit"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock", "requirements-audit.lock")
SECONDS = 600

# Why a finding does no harm here, and until when that was thought through: {id: (reason, last day)}.
ACCEPTED: dict[str, tuple[str, date]] = {}


@dataclass(frozen=True)
class Found:
    where: str
    package: str
    ids: tuple[str, ...]
    advice: str

    def accepted_until(self) -> date | None:
        return next((ACCEPTED[each][1] for each in self.ids if each in ACCEPTED), None)


def audit_python(lock: Path, service: str | None = None) -> tuple[Found, ...] | None:
    """None where no service answered. Raises: RuntimeError for a lock that cannot be read."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(lock), "-s", "osv"]
    command += [
        "--progress-spinner",
        "off",
        "-f",
        "json",
        "--timeout",
        "10",
        *(["--osv-url", service] if service else []),
    ]
    done = _run(command, {**os.environ, "PYTHONPATH": str(TOOLS)})
    if done.stdout.strip():
        return tuple(_of_pip_audit(lock.name, json.loads(done.stdout)))
    if "ConnectionError" in done.stderr or "ServiceError" in done.stderr or "Timeout" in done.stderr:
        return None
    raise RuntimeError(f"{lock.name} could not be audited: {_last_line(done.stderr)}")


def audit_npm(folder: Path) -> tuple[Found, ...] | None:
    """None where no service answered, or there is no npm here."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    done = _run([npm, "audit", "--prefix", str(folder), "--omit=dev", "--json", "--fetch-retries=0"], None)
    try:
        told = json.loads(done.stdout)
    except json.JSONDecodeError:
        return None
    return tuple(_of_npm(told["vulnerabilities"])) if "vulnerabilities" in told else None


def _run(command: Sequence[str], environment: dict[str, str] | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][:300]


def _of_pip_audit(where: str, told: Any) -> Iterator[Found]:
    for package in told["dependencies"]:
        for each in package.get("vulns", ()):
            fixed = ", ".join(each["fix_versions"]) or "no version yet"
            yield Found(
                where, f"{package['name']} {package['version']}", (each["id"], *each["aliases"]), f"mended in {fixed}"
            )


def _of_npm(told: Any) -> Iterator[Found]:
    for name, each in told.items():
        reasons = [reason for reason in each["via"] if isinstance(reason, dict)]
        for reason in reasons:
            advice = reason.get("title", "")
            yield Found("web/package-lock.json", f"{name} {each['range']}", (reason["url"].rpartition("/")[2],), advice)


def _report(found: Sequence[Found], today: date) -> int:
    """How many of them are not accepted."""
    open_ones = 0
    for each in found:
        until = each.accepted_until()
        is_open = until is None or until < today
        open_ones += is_open
        state = "" if until is None else f" (accepted until {until})"
        print(f"{each.where}: {each.package}: {', '.join(each.ids)}: {each.advice}{state}")
    return open_ones


def main(arguments: Sequence[str]) -> int:
    if not (TOOLS / "pip_audit").is_dir():
        print("the audit tools are not installed: nothing is known of any lock")
        return 0
    service = arguments[1] if arguments[:1] == ["--service"] else None
    named = [Path(each) for each in (arguments[2:] if service else arguments)]
    open_ones = 0
    for lock in named or [ROOT / name for name in LOCKS]:
        found = audit_python(lock, service)
        if found is None:
            print(f"{lock.name}: no vulnerability service answers, so nothing is known of it")
            break  # nor will it for the next one
        print(f"{lock.name}: {len(found)} known vulnerabilities")
        open_ones += _report(found, datetime.now(UTC).date())
    if not named:
        of_web = audit_npm(ROOT / "web")
        known = "no vulnerability service answers" if of_web is None else f"{len(of_web)} known vulnerabilities"
        print(f"web/package-lock.json: {known}")
        open_ones += _report(of_web or (), datetime.now(UTC).date())
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
