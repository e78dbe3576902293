"""Search over documents: passages by meaning, by words and by exact names, filtered and as of a moment."""

from cryptodesk.documents.index.index import DocumentIndex, IndexStatus
from cryptodesk.documents.index.lock import IndexBusy
from cryptodesk.documents.index.writer import Sizes

__all__ = ["DocumentIndex", "IndexBusy", "IndexStatus", "Sizes"]
