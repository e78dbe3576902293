"""What every live source is fetched with: limits, budgets, a breaker, a cache, and time."""

__all__: list[str] = []
