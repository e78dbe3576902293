"""What the scenario scripts of the OpenAI dialect have in common: `python -m tests.clients.strict_<client> URL KEY`.

Prints one JSON object: the client's version, and for each scenario "ok" or what went wrong."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

__all__ = ["ANALYST", "OWN_TOOLS_ALONE", "PRICE", "SCRIPTED_CALL", "WALLET", "Scenarios"]

ANALYST = "cryptodesk-analyst"
SCRIPTED_CALL = "scripted-tool_call"
# Of days that the shipped data have, whatever day it is.
PRICE = "How did Bitcoin do in August 2026?"
# The script calls the first tool on offer: with the built-ins, that would be one of them.
OWN_TOOLS_ALONE: dict[str, Any] = {"cryptodesk": {"tools": []}}
WALLET: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_balance",
        "description": "The balance of a wallet of mine, in coins.",
        "parameters": {"type": "object", "properties": {"wallet": {"type": "string"}}, "required": ["wallet"]},
    },
}


class Scenarios:
    """Functions of a client, by name, in order."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.found: dict[str, Callable[[Any], None]] = {}

    def __call__(self, function: Callable[[Any], None]) -> Callable[[Any], None]:
        self.found[function.__name__] = function
        return function

    def report(self, connect: Callable[[str, str], Any]) -> None:
        client = connect(f"{sys.argv[1]}/openai/v1", sys.argv[2])
        outcomes = {name: self._outcome(run, client) for name, run in self.found.items()}
        sys.stdout.write(json.dumps({"version": version(self._package), "outcomes": outcomes}))

    @staticmethod
    def _outcome(run: Callable[[Any], None], client: Any) -> str:
        try:
            run(client)
        except Exception:  # whatever it is, it is told
            return traceback.format_exc()
        return "ok"
