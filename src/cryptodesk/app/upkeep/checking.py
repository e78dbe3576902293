"""Looks at a database without changing anything of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptodesk.app.databases import COMPONENTS
from cryptodesk.app.upkeep.file_check import check_file
from cryptodesk.app.upkeep.records import Checked
from cryptodesk.app.upkeep.server_check import check_server
from cryptodesk.settings import Settings
from cryptodesk.storage.migrations import Migration

__all__ = ["check_database"]


def check_database(settings: Settings, components: Mapping[str, Sequence[Migration]] = COMPONENTS) -> Checked:
    """Raises: SettingsError for a DATABASE_URL that is none."""
    if settings.database_url is None:
        return check_file(settings.database_path, components)
    return check_server(settings, settings.database_url.get_secret_value(), components)
