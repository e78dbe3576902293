"""The requirements of the routes beside the chat: deep research, extraction, trending questions, credits.

Sections and marks are those of requirements.py, which joins these rows."""

from __future__ import annotations

from tests.dialects.cmc.requirements import Requirement, requirement

__all__ = ["ROWS", "Requirement", "requirement"]

ROWS = (
    # 1.6 deep research
    Requirement("MES-DR-CREATE", "1.6 doc: query, instructions, job_id; a bare object with unix seconds comes back"),
    Requirement("MES-DR-MODEL", "1.6 doc; the model's name inferred: that of the chat routes"),
    Requirement("MES-DR-FIELDS", "1.6, 3 inferred: a wrong type in any field is 400 and names the field"),
    Requirement("MES-DR-BOUNDS", "1.6 inferred: bounds of query and instructions"),
    Requirement(
        "MES-DR-FOLLOW-UP", "1.6 doc: job_id of an earlier job; unknown ones 404, unfinished ones 409: inferred"
    ),
    Requirement("MES-DR-GET", "1.6 doc: output when completed, error when failed"),
    Requirement("MES-DR-UNKNOWN", "1.6, 3 inferred: unknown, foreign and malformed ids are 404"),
    Requirement(
        "MES-DR-LIST",
        "1.6 doc: limit 20, at most 100, offset, status; body and `status` being optional inferred",
    ),
    Requirement("MES-DR-LIST-BAD", "1.6 inferred: parameters out of range are 400 and are named"),
    Requirement("MES-DR-CANCEL", "1.6 doc: queued and in_progress alone; 409 inferred"),
    Requirement("MES-DR-EXTRA", "ours: progress, charts and related questions in the object cryptodesk, if asked for"),
    Requirement("MES-DR-LIMIT", "ours: an account may have only so many open jobs, 429"),
    # 1.4 extraction
    Requirement("MES-EX-BODY", "1.4 kit: extractedEntities with similarEntities and selectedEntity"),
    Requirement("MES-EX-UUID", "1.4 kit: ids are UUIDs, the same for the same entity; of unlisted names inferred"),
    Requirement("MES-EX-WORDS", "1.4 kit: scores as words; thresholds inferred"),
    Requirement("MES-EX-UPPER", "1.4 kit: types of details in capitals"),
    Requirement("MES-EX-TYPES", "1.4 kit: thirteen types; without a filter all of them"),
    Requirement("MES-EX-PROJECT", "1.4 inferred: `project` means assets, protocols, networks and collections"),
    Requirement("MES-EX-SIMILAR", "1.4 kit: all similar entities or the best matches; how many inferred"),
    Requirement("MES-EX-FIELDS", "1.4, 3 inferred: a wrong type in any field is 400 and names the field"),
    Requirement("MES-EX-BOUND", "1.4 inferred: a bound of the content, 400"),
    # 1.5 trending
    Requirement("MES-TR-BODY", "1.5 doc: question, topic_title, topic_id, in the order of their score"),
    Requirement("MES-TR-LIMIT", "1.5 doc: 5 by default; bounds inferred, 400"),
    # 1 credits
    Requirement("MES-CR-BODY", "1 kit: the seven members; ids that follow from the account inferred"),
    # all of them
    Requirement("MES-SIDE-KEY", "1, 3 inferred: both headers; 401 without or with a wrong key"),
    Requirement("MES-SIDE-405", "3 inferred: JSON, and Allow with the methods that there are"),
    Requirement("MES-SIDE-ABSENT", "ours: a route is not there where its collaborator is missing"),
    Requirement("MES-SIDE-DEFECT", "3 kit: 500 tells no cause"),
    Requirement("MES-SIDE-OPENAPI", "ours: what is mounted is described, and answers are of the described form"),
)
