"""An open crypto research desk: messages in, events out, every number with its source."""

__version__ = "0.1.0"
__all__ = ["__version__"]
