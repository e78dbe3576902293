"""The screener: table, filters, parser."""
