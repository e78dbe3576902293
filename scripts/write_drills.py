"""Plays every fault with the shipped catalogue and default settings, and writes the table into docs/drills.md.

python scripts/write_drills.py            # writes the table anew
python scripts/write_drills.py --check    # tells whether it is that of the code
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from cryptodesk.drills import DrillReport, run_drills
from cryptodesk.drills.table import as_markdown
from cryptodesk.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "drills.md"
BEGIN, END = "<!-- drills: python scripts/write_drills.py -->", "<!-- end of drills -->"


class Defaults(Settings):
    """Read from nowhere: the table is that of no particular deployment."""

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, **others):  # type: ignore[no-untyped-def]
        return (init_settings,)


def play_all() -> DrillReport:
    with tempfile.TemporaryDirectory() as home:
        return asyncio.run(run_drills(Defaults(home=Path(home))))


def rewritten(text: str, report: DrillReport) -> str:
    """The page with this table. Raises: ValueError if the page has no place for it."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{as_markdown(report)}\n\n{END}{after}"


def main() -> int:
    text, report = PAGE.read_text("utf-8"), play_all()
    wanted = rewritten(text, report)
    if "--check" in sys.argv[1:]:
        print("the table is that of the code" if text == wanted else "the table is old: run this script")
        return int(text != wanted)
    PAGE.write_text(wanted, "utf-8")
    return int(not report.is_kept)


if __name__ == "__main__":
    sys.exit(main())
