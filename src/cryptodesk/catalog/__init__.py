"""Facts, not code: models, prices, assets, and their typed readers."""

__all__: list[str] = []
