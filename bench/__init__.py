"""The product next to a yardstick on this machine, in one run. `python -m bench --help`; bench/README.md."""

__all__: list[str] = []
