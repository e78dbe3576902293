"""A report taken apart into sections, each with questions that the desk answers; and the summary of what they found."""

from cryptodesk.research.sections.drafting import Section
from cryptodesk.research.sections.outline import Outline, report_sections
from cryptodesk.research.sections.summary import executive_summary

__all__ = ["Outline", "Section", "executive_summary", "report_sections"]
