"""What the shell completes beyond commands and options. Read from small files, for it runs at each press of a key."""

from __future__ import annotations

__all__ = ["complete_models", "complete_words"]

_MOST_ASSETS = 40


def complete_models(incomplete: str) -> list[str]:
    """Model ids of the shipped catalogue and of the operator's own file."""
    return [name for name in _model_ids() if name.startswith(incomplete)]


def complete_words(incomplete: str) -> list[str]:
    """Names of assets, for a question: the best known first."""
    from cryptodesk.catalog.assets import load_assets

    if not incomplete:
        return []
    wanted = incomplete.casefold()
    names = (name for asset in load_assets() for name in (asset.symbol, asset.name) if " " not in name)
    found = dict.fromkeys(name for name in names if name.casefold().startswith(wanted))
    return list(found)[:_MOST_ASSETS]


def _model_ids() -> list[str]:
    from importlib.resources import files
    from tomllib import TOMLDecodeError, loads

    texts = [files("cryptodesk.catalog").joinpath("models.toml").read_text("utf-8"), _own_models()]
    found: dict[str, None] = {}
    for text in texts:
        try:
            found |= dict.fromkeys(loads(text).get("models", {}))
        except TOMLDecodeError:
            continue
    return list(found)


def _own_models() -> str:
    """A file that cannot be read offers nothing: a completion has nobody to tell."""
    from cryptodesk.settings import SettingsError, load_settings

    try:
        path = load_settings().own_models_file
        return "" if path is None else path.read_text("utf-8")
    except (SettingsError, OSError, UnicodeDecodeError):
        return ""
