"""What data the desk has, as JSON for `GET /v1/data`: holdings, live sources, what could be added, documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from cryptodesk.dialects._ports import DataReport

if TYPE_CHECKING:
    # Types alone: a server that is asked for no status starts without them.
    from cryptodesk.documents.intake.status import DocumentStatus, SubscriptionStatus
    from cryptodesk.market.intake.status import DataStatus

__all__ = ["encode_data", "without_secrets"]

_json = msgspec.json.Encoder().encode

_MOST_TEXT = 300
_MOST_PROBLEMS = 5
# Feeds and vendors put tokens into a query, a fragment or before the host; folders tell of the machine.
_USER = re.compile(r"(?<=://)[^/@\s]{1,400}@")
_QUERY = re.compile(r"(?<=\S)[?#][^\s\"'<>]*")
_FOLDER = re.compile(r"(?:(?<=\s)|(?<=['\"(])|^)(?:~|[A-Za-z]:)?[/\\](?:[^\s/\\'\"]+[/\\])+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def encode_data(report: DataReport) -> bytes:
    market, documents = report.market, report.documents
    return _json(
        {
            "object": "data_status",
            "at": _moment(market.at),
            "mode": report.mode,
            "holdings": _holdings(market),
            "sources": [
                {"name": found.name, "state": found.state, "detail": without_secrets(found.detail)}
                for found in market.sources
            ],
            "pullable": [
                {
                    "name": found.name,
                    "is_pulled": found.is_pulled,
                    "adds": found.adds,
                    "size_bytes": found.size_bytes,
                    "command": f"cryptodesk data pull {found.name}",
                }
                for found in market.pullable
            ],
            "documents": None if documents is None else _documents(documents),
        }
    )


def without_secrets(text: str) -> str:
    """A text that may name addresses, without what in them may be a credential or a folder of this machine."""
    shown = _QUERY.sub("", _USER.sub("", _UNSEEN.sub(" ", text)))
    return _FOLDER.sub("", shown)[:_MOST_TEXT]


def _holdings(market: DataStatus) -> list[dict[str, Any]]:
    return [
        {
            "kind": held.kind,
            "source": held.source,
            "mode": held.mode,
            "rows": held.rows,
            "entities": held.entities,
            "first": _moment(held.first),
            "last": _moment(held.last),
            "age_seconds": _age_seconds(market.at, held.last),
            "detail": held.detail,
        }
        for held in market.holdings
    ]


def _documents(found: DocumentStatus) -> dict[str, Any]:
    return {
        "total": found.documents,
        "holdings": [
            {
                "source": held.source,
                "type": held.type,
                "documents": held.documents,
                "first": _moment(held.first_at),
                "last": _moment(held.last_at),
                "age_seconds": _age_seconds(found.at, held.last_at),
            }
            for held in found.holdings
        ],
        "subscriptions": [_subscription(held) for held in found.subscriptions],
        "defaults_left": found.defaults_left,
    }


def _subscription(held: SubscriptionStatus) -> dict[str, Any]:
    problems: Sequence[Any] = held.problems[:_MOST_PROBLEMS]
    return {
        "id": held.subscription_id,
        "source": held.source,
        "address": without_secrets(held.address),
        "title": without_secrets(held.title),
        "state": held.state,
        "documents": held.documents,
        "last_success_at": _moment(held.last_success_at),
        "due_at": _moment(held.due_at),
        "failures": held.failures,
        "error": None if held.error is None else without_secrets(held.error),
        "problems": [without_secrets(problem.reason) for problem in problems],
        "problem_count": len(held.problems),
    }


def _age_seconds(now: datetime, moment: datetime | None) -> int | None:
    """Never negative: the newest bucket may still be open."""
    return None if moment is None else max(0, int((now - moment).total_seconds()))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
