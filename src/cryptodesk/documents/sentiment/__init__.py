"""The mood of a text about the market, by a list of words: no model, no network, the same answer every time."""

from cryptodesk.documents.sentiment.aggregate import Item, Mood, compute_mood
from cryptodesk.documents.sentiment.duplicates import distinct
from cryptodesk.documents.sentiment.keywords import Keyword, find_keywords
from cryptodesk.documents.sentiment.lexicon import Lexicon, LexiconError, Term, load_lexicon, parse_lexicon
from cryptodesk.documents.sentiment.scorer import NEUTRAL_BAND, Score, score_text

__all__ = [
    "NEUTRAL_BAND",
    "Item",
    "Keyword",
    "Lexicon",
    "LexiconError",
    "Mood",
    "Score",
    "Term",
    "compute_mood",
    "distinct",
    "find_keywords",
    "load_lexicon",
    "parse_lexicon",
    "score_text",
]
