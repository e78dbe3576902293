"""A wheel carries the built web app: what `pip install` runs before it packs the files."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the web app into a wheel. An editable install is left to `make`, which builds when sources change.

    With `CRYPTODESK_WEB_APP=skip` in the environment the wheel is made without it, and the server says so at `/`."""

    def dependencies(self) -> list[str]:
        script = _script(self.root)
        needs_node = self._is_wanted() and not script.has_own_node() and not script.is_built()
        return [script.NODE_PACKAGE] if needs_node else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and self._is_wanted():
            _script(self.root).build()

    def _is_wanted(self) -> bool:
        return self.target_name == "wheel" and os.environ.get("CRYPTODESK_WEB_APP") != "skip"


def _script(root: str) -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(Path(root, "scripts", "build_web.py"))))
