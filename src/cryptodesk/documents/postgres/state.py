"""The one row that says what the index holds."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.documents.postgres.connecting import Connection

__all__ = ["State", "load_state"]


class State(Struct, frozen=True):
    """`model` made the vectors, None as long as nothing was built; `unembedded` counts passages that have none."""

    generation: int
    model: str | None
    analysis: int
    passages: int
    unembedded: int
    latest_known_at: float


async def load_state(connection: Connection) -> State:
    row = await connection.fetchrow(f"SELECT {', '.join(State.__struct_fields__)} FROM document_search_state")  # noqa: S608
    return State(*row)
