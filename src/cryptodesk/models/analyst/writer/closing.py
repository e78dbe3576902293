"""The end of an answer: as of when, how old, from where, and what was missing."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.models.analyst.evidence import Block, Holding
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.writer.figures import label_of, missing, note_of, origin_of
from cryptodesk.models.analyst.writer.sourcing import moment

__all__ = ["Used", "caveats", "gaps", "sources", "when"]

# Their notes stand in the sentence itself, or (history) speak of the volume that a price answer does not show.
_SAID_INLINE = frozenset({"ath", "atl", "history"})

# A field of a holding that the text rests on.
Used = tuple[Holding, str]


def when(holding: Holding) -> str:
    """ "2026-09-10 00:00 UTC": the time of the asset's own row, else of the whole result."""
    own = holding.values.get("last_updated")
    return moment(own if isinstance(own, str) else holding.block.as_of)


def _age(block: Block) -> str:
    modes = list(dict.fromkeys(origin.mode for origin in block.origins if origin.mode))
    mode = next((mode for mode in ("simulated", "snapshot", "live") if mode in modes), "computed" if modes else "")
    age = f"{plural(block.age_days, 'day')} old" if block.age_days else ""
    return ", ".join(filter(None, (mode, age)))


def sources(used: Sequence[Used]) -> str:
    """One line: the time of the figures, how they were obtained, how old they are, who they are from."""
    blocks: list[Block] = []
    for holding, field in used:
        block = _block(holding, field)
        if block not in blocks:
            blocks.append(block)
    lines = list(dict.fromkeys(_line(block, [(h, f) for h, f in used if _block(h, f) is block]) for block in blocks))
    return "_" + " ".join(lines) + "_" if lines else ""


def _block(holding: Holding, field: str) -> Block:
    return holding.series_block or holding.block if field == "history" else holding.block


def _line(block: Block, used: Sequence[Used]) -> str:
    age = _age(block)
    names: list[str] = []
    for holding, field in used:
        origin = origin_of(block, field, holding.asset.asset_id)
        name = shown(origin.source, 80) if origin else ""
        if name and name not in names:
            names.append(name)
    names = names or [shown(name, 80) for name in block.sources]
    from_where = f"Source: {', '.join(names)}." if names else "The result names no source."
    return f"As of {moment(block.as_of)}{f' ({age})' if age else ''}. {from_where}"


def caveats(used: Sequence[Used], *, most: int = 4) -> str:
    """The tool's notes on the whole result, then on the fields used; each is said once."""
    lines = [shown(note, 300) for holding, field in used for note in _block(holding, field).notes]
    notes: dict[str, list[str]] = {}
    for holding, field in used:
        origin = origin_of(_block(holding, field), field, holding.asset.asset_id)
        if origin is not None and origin.note and field not in _SAID_INLINE:
            fields = notes.setdefault(note_of(holding, origin), [])
            if label_of(field) not in fields:
                fields.append(label_of(field))
    lines += [f"{', '.join(fields)}: {note}" for note, fields in notes.items()]
    distinct = list(dict.fromkeys(lines))[:most]
    return f"_{' '.join(sentence(line) for line in distinct)}_" if distinct else ""


def gaps(absent: Sequence[Used]) -> str:
    """One sentence a missing field, with the reason; nothing is put in its place."""
    sentences: dict[tuple[str, str], list[str]] = {}
    for holding, field in absent:
        names = sentences.setdefault((label_of(field), missing(holding, field)), [])
        name = shown(holding.asset.name, 80)
        if name not in names:
            names.append(name)
    return " ".join(
        sentence(f"The {label} of {', '.join(names)} is not available: {reason}")
        for (label, reason), names in sentences.items()
    )
