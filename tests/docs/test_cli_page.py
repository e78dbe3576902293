"""docs/cli.md is what the script writes of the commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_command_line_is_that_of_the_code() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "write_cli.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "the page is that of the code\n"), done.stderr
