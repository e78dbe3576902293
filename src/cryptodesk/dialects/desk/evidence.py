"""`GET /v1/evidence/{id}`: the file that proves a run, for the key that asked for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from cryptodesk.core.errors import NotFound
from cryptodesk.dialects._ports import DialectPorts, EvidenceFiles
from cryptodesk.dialects.desk.reply import Ask, Endpoint, File

__all__ = ["EVIDENCE_PREFIX", "build_evidence_endpoint"]

EVIDENCE_PREFIX: Final = "/v1/evidence/"

_ID_PREFIXES = ("chatcmpl-", "resp_")
_MOST_SHOWN = 80
_PIECE_BYTES = 2**16


def build_evidence_endpoint(ports: DialectPorts, evidence: EvidenceFiles) -> Endpoint:
    async def show_evidence(ask: Ask) -> File:
        told = ask.scope["path"].removeprefix(EVIDENCE_PREFIX)
        run_id = _run_id(told)
        written = await evidence.file_of(ask.caller, run_id)
        if written is None:
            shown = told[:_MOST_SHOWN].encode("utf-8", "replace").decode()
            raise NotFound(
                f"This server has no recording of a run {shown!r} of this key. Recordings stay where they were made: "
                "of several servers, ask the server that answered."
            )
        return File(_pieces(written), b"application/json", f"{run_id}.evidence.json")

    return Endpoint(ports, GET=show_evidence)


def _run_id(told: str) -> str:
    """An answer's id without what its dialect puts around the run's."""
    for prefix in _ID_PREFIXES:
        told = told.removeprefix(prefix)
    return told.replace("-", "").lower()


async def _pieces(written: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(written), _PIECE_BYTES):
        yield written[begin : begin + _PIECE_BYTES]
