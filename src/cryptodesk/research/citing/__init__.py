"""Citing: what a run may cite, whether a source says what it is cited for, and the numbers that readers see."""

from __future__ import annotations

from cryptodesk.research.citing._edits import Edit, Edited, apply_edits, move_figures
from cryptodesk.research.citing.annotate import AnnotatedText, Uncited, annotate
from cryptodesk.research.citing.grading import CitationGrade, grade
from cryptodesk.research.citing.numbering import Numbering
from cryptodesk.research.citing.references import Fact, FactSheet, FilledText, FreeFigure, free_figures
from cryptodesk.research.citing.sources import Candidate, SourceBook
from cryptodesk.research.citing.streaming import Cited, CitingPolicy, CitingReport, CitingStream
from cryptodesk.research.citing.support import Entailment, Support, check_cells, check_sentence

__all__ = [
    "AnnotatedText",
    "Candidate",
    "CitationGrade",
    "Cited",
    "CitingPolicy",
    "CitingReport",
    "CitingStream",
    "Edit",
    "Edited",
    "Entailment",
    "Fact",
    "FactSheet",
    "FilledText",
    "FreeFigure",
    "Numbering",
    "SourceBook",
    "Support",
    "Uncited",
    "annotate",
    "apply_edits",
    "check_cells",
    "check_sentence",
    "free_figures",
    "grade",
    "move_figures",
]
