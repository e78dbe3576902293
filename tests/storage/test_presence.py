"""Whether a server is alone on its data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.presence import FolderPresence

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")

SERVER = """
import sys
from pathlib import Path
from cryptodesk.storage.presence import FolderPresence
with FolderPresence(Path(sys.argv[1])) as ownership:
    print(ownership.is_sole, flush=True)
    sys.stdin.read()
"""


class Server:
    """Another process that serves the folder until it is told to end, or is killed."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdin=-1, stdout=-1, text=True)
        assert self._process.stdout is not None
        self.is_sole = self._process.stdout.readline() == "True\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def test_the_first_server_of_a_folder_is_alone(tmp_path: Path) -> None:
    with FolderPresence(tmp_path / "new" / "folder") as ownership:
        assert ownership.is_sole


def test_a_second_server_is_not_alone_and_is_not_kept_waiting(tmp_path: Path) -> None:
    with FolderPresence(tmp_path) as ownership:
        second = Server(tmp_path)
        assert ownership.is_sole
        assert not second.is_sole
        second.kill()


def test_a_killed_server_is_forgotten_at_once(tmp_path: Path) -> None:
    Server(tmp_path).kill()
    with FolderPresence(tmp_path) as ownership:
        assert ownership.is_sole


def test_a_server_that_starts_again_while_the_second_runs_is_not_alone(tmp_path: Path) -> None:
    first = Server(tmp_path)
    second = Server(tmp_path)
    first.kill()
    with FolderPresence(tmp_path) as ownership:
        assert (first.is_sole, second.is_sole, ownership.is_sole) == (True, False, False)
    second.kill()


def test_folders_are_owned_apart(tmp_path: Path) -> None:
    with FolderPresence(tmp_path / "a") as a, FolderPresence(tmp_path / "b") as b:
        assert a.is_sole
        assert b.is_sole


def test_after_leaving_nobody_owns_the_folder(tmp_path: Path) -> None:
    with FolderPresence(tmp_path) as ownership:
        pass
    assert not ownership.is_sole
    with FolderPresence(tmp_path) as again:
        assert again.is_sole


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InternalError, match="file' cannot be used"), FolderPresence(tmp_path / "file"):
        pass
