"""News, posts, announcements, pages and the macro calendar of the simulated world, over facts lent by its market."""

from cryptodesk.documents.simulated.feed import SimulatedDocuments
from cryptodesk.documents.simulated.story import Listing, MarketStory, Move, Project, Raise, Release, Unlock

__all__ = [
    "Listing",
    "MarketStory",
    "Move",
    "Project",
    "Raise",
    "Release",
    "SimulatedDocuments",
    "Unlock",
]
