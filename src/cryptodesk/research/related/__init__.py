"""Questions to go on with: `related_questions` by rules, `screen_related` from a model's proposals."""

from cryptodesk.research.related.findings import Findings, findings_of
from cryptodesk.research.related.peers import Peer
from cryptodesk.research.related.proposing import related_questions
from cryptodesk.research.related.reach import DataMode, Reach, reach_of
from cryptodesk.research.related.screening import screen_related

__all__ = [
    "DataMode",
    "Findings",
    "Peer",
    "Reach",
    "findings_of",
    "reach_of",
    "related_questions",
    "screen_related",
]
