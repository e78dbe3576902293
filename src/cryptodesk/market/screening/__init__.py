"""Finding assets by their figures: a table to scan, filters and orders, and a parser for requests in words."""

from cryptodesk.market.screening.evaluate import Screened, screen
from cryptodesk.market.screening.fields import CHANGE_FIELDS, DEFAULT_SORT, FIELDS, AssetType, Field
from cryptodesk.market.screening.names import canonical_platform, canonical_tag
from cryptodesk.market.screening.parse import parse_screen
from cryptodesk.market.screening.records import Filter, Interpreted, Op, Sort, State
from cryptodesk.market.screening.table import ScreenTable
from cryptodesk.market.screening.validate import MAX_FILTERS, validate_filters, validate_sort

__all__ = [
    "CHANGE_FIELDS",
    "DEFAULT_SORT",
    "FIELDS",
    "MAX_FILTERS",
    "AssetType",
    "Field",
    "Filter",
    "Interpreted",
    "Op",
    "ScreenTable",
    "Screened",
    "Sort",
    "State",
    "canonical_platform",
    "canonical_tag",
    "parse_screen",
    "screen",
    "validate_filters",
    "validate_sort",
]
