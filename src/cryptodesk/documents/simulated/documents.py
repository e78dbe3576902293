"""From finished texts to documents, labelled as what they are."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from cryptodesk.documents.cleaning import clean_text
from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.simulated.plans import Plan
from cryptodesk.documents.simulated.writing import Written

__all__ = ["SOURCE", "planned_document", "to_document"]

SOURCE = "simulated_world"


def to_document(
    document_id: str,
    type_: DocumentType,
    written: Written,
    moments: tuple[datetime, datetime],
    *,
    asset_ids: tuple[int, ...] = (),
    language: str = "en",
    event_at: datetime | None = None,
    is_clean: bool = True,
) -> Document:
    """`moments` are when it is published and when it becomes known. `is_clean` is False for a text that may hold what
    cleaning takes away; it is kept as it was written."""
    published_at, known_at = moments
    # Texts of the grammar are clean as they are, and looking for hidden orders costs more than writing them.
    cleaned = written.text if is_clean else clean_text(written.text).text
    return Document(
        document_id=document_id,
        type=type_,
        source=SOURCE,
        publisher=written.publisher,
        title=written.title,
        text=written.text,
        fetched_at=known_at,
        known_at=known_at,
        content_hash=sha256(cleaned.encode()).hexdigest(),
        url=written.url,
        author=written.author,
        published_at=published_at,
        asset_ids=asset_ids,
        topics=written.topics,
        language=language,
        event_at=event_at,
        engagement=written.engagement,
        is_simulated=True,
    )


def planned_document(seed: int, plan: Plan, written: Written) -> Document:
    return to_document(
        f"sim-{seed}-{plan.document_id}",
        plan.type,
        written,
        (plan.published_at, plan.known_at),
        asset_ids=plan.asset_ids,
        language=plan.language,
        event_at=plan.event_at,
        is_clean=plan.role not in {"spam", "hostile"},
    )
