"""How data come into the store by somebody's decision: pulled, or ingested from files; and how they are checked."""

__all__: list[str] = []
