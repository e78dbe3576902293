"""The ways to market data, one a file. Each is a `market.query.Feed`."""

__all__: list[str] = []
