"""The composition root: the only place that joins the layers.

`desk` is the product without a surface, `server` puts it behind its dialects.
"""

__all__: list[str] = []
