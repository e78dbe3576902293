"""Where documents come from, one file each. Each public module declares a `SOURCE`."""

__all__: list[str] = []
