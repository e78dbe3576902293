"""The web app at `/`: files that a browser runs, built from web/. A client of the public API, never of the stores."""

__all__: list[str] = []
