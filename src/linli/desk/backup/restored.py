"""What a restored database must still be told, and whether it is the one that was backed up."""

from __future__ import annotations

from django.db.migrations.loader import MigrationLoader
from django_scopes import scopes_disabled

from linli.desk.backup.making import secret_digest
from linli.desk.backup.manifest import Manifest
from linli.desk.common import clock
from linli.desk.common.models import LedgerHead, Upload
from linli.engine.errors import InputError


def refuse_unfit(manifest: Manifest) -> None:
    """Refuse what this Linli, or its environment, does not fit.

    Raises
    ------
    InputError
    """
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    later = sorted(set(manifest.migrations) - known)
    if later:
        raise InputError(
            f"Linli {manifest.version} made it, which knows {later[0]}; restore it with that version"
        )
    if manifest.secret_digest != secret_digest():
        raise InputError(
            "LINLI_SECRET_KEY is not the key of the desk that was backed up; set it to that, or unset it"
        )


def mark_missing(manifest: Manifest) -> None:
    """Let no row promise a file that is not there."""
    now = clock.now()
    with scopes_disabled():
        missing = Upload.objects.filter(key__in=[*manifest.gone, *manifest.lost], deleted_at=None)
        missing.update(deleted_at=now, purged_at=now, sha256="")


def ends_as_told(manifest: Manifest) -> bool:
    """Whether every ledger ends where it ended."""
    with scopes_disabled():
        heads = LedgerHead.objects.values_list("community__slug", "number", "digest")
        found = {slug: (number, digest) for slug, number, digest in heads}
    return found == manifest.ledgers
