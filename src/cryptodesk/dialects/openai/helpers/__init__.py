"""The prompts with which chat applications ask for a title, tags or questions; answered in code, at no cost."""

from cryptodesk.dialects.openai.helpers.engine import HelperEngine
from cryptodesk.dialects.openai.helpers.recognise import Helper, recognise

__all__ = ["Helper", "HelperEngine", "recognise"]
