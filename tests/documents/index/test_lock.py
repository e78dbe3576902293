"""One writer at a time; a lock ends with who held it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cryptodesk.documents.index import IndexBusy
from cryptodesk.documents.index.lock import writing

HOLDER = """
import os, sys
from pathlib import Path
from cryptodesk.documents.index.lock import writing
with writing(Path(sys.argv[1]), 5.0):
    print("held", flush=True)
    sys.stdin.readline()
    os._exit(9)
"""


def test_a_second_writer_is_told_that_the_index_is_busy(tmp_path: Path) -> None:
    with writing(tmp_path, 0.0), pytest.raises(IndexBusy, match="another process"), writing(tmp_path, 0.0):
        pass


def test_the_lock_is_free_afterwards_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), writing(tmp_path, 0.0):
        raise KeyError
    with writing(tmp_path, 0.0):
        pass


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy), writing(tmp_path, 0.0):
            pass
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.wait() == 9
    with writing(tmp_path, 0.0):
        pass
