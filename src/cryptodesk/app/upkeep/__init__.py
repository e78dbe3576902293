"""What an operator does with the database: bring it up to date, check it, copy it to another."""

from cryptodesk.app.upkeep.checking import check_database
from cryptodesk.app.upkeep.copying import copy_database
from cryptodesk.app.upkeep.migrating import migrate_database
from cryptodesk.app.upkeep.records import Checked, Copied, CopiedTable, Finding, Migrated, Step

__all__ = [
    "Checked",
    "Copied",
    "CopiedTable",
    "Finding",
    "Migrated",
    "Step",
    "check_database",
    "copy_database",
    "migrate_database",
]
