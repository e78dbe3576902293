"""Market data at rest: candles, metric series and every other kind of record, in the database.

Nothing is overwritten. What a later answer corrects is a new row with the moment it became known, so that a question
about an earlier moment is answered as it would have been then."""

from cryptodesk.market.store.candles import CandleStore, DatabaseCandleStore
from cryptodesk.market.store.holdings import Holding
from cryptodesk.market.store.records import RecordStore, Stored
from cryptodesk.market.store.series import SeriesStore

__all__ = ["CandleStore", "DatabaseCandleStore", "Holding", "RecordStore", "SeriesStore", "Stored"]
