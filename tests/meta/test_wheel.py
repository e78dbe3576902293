"""`pip install .` gives the whole product: the wheel holds every file the code reads, and the licences."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "cryptodesk"


def test_the_wheel_holds_every_file_of_the_package_and_the_notices(tmp_path: Path) -> None:
    has_web_app = (SOURCE / "web" / "static" / "index.html").exists()
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=os.environ if has_web_app else {**os.environ, "CRYPTODESK_WEB_APP": "skip"},
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {
        f"cryptodesk/{path.relative_to(SOURCE).as_posix()}"
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - names == set()
    assert {name.rsplit("/", 1)[-1] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert "cryptodesk/py.typed" in names
