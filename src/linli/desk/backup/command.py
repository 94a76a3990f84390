"""What `linli backup` and `linli restore` do, step by step."""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from linli.desk.backup.sealed import Closing, Opening, digest_of_contents, recipients_of, seal
from linli.desk.up import choose_data, close_database, set_up_django, step
from linli.desk.upkeep import open_desk, told_ledgers
from linli.engine.errors import InputError
from linli.engine.streets.progress import BarProgress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from linli.desk.backup.manifest import Manifest
    from linli.engine.streets.progress import Progress

# Our own choice: nobody may try passphrases on a stolen file faster than scrypt allows, but short ones fall all the same.
_SHORTEST = 12


def backup(arguments: argparse.Namespace) -> int:
    """Make a backup, or check one; the exit code."""
    path: Path = arguments.file.absolute()
    with _told_of_the_disk():
        if arguments.check:
            return _check(path, arguments)
        return _make(path, arguments)


def _check(path: Path, arguments: argparse.Namespace) -> int:
    from linli.desk.backup.restoring import checked  # noqa: PLC0415 -- quick refusals first

    opening = _opening(path, arguments)
    with BarProgress() as progress:
        manifest = checked(path, opening=opening, progress=progress)
    print(f"{path}: whole")
    _tell(manifest)
    return 0


def _make(path: Path, arguments: argparse.Namespace) -> int:
    if path.exists():
        raise InputError(f"{path}: is there already; give another name")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: there is no such folder")
    recipients_of(arguments.recipient or ())
    closing = _closing(arguments)
    open_desk(arguments)
    from linli.desk.backup.making import begun  # noqa: PLC0415 -- needs django.setup()

    with BarProgress() as progress, begun() as content, _whole_or_not_at_all(path) as file:
        digest = seal(file, content.chunks(progress), closing=closing, at=int(content.at.timestamp()))
        _on_disk(file)
        _read_back(Path(file.name), digest, closing, progress)
    close_database()
    print(f"{path}: {path.stat().st_size:,} bytes, written and read back")
    _tell(content.manifest)
    if not closing.passphrase:
        print(
            "  This machine cannot open it: try it where the secret key is, with linli backup --check --identity."
        )
    return 0


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[tempfile._TemporaryFileWrapper[bytes]]:
    """Give a file beside the one wanted, which takes its place if all goes well, and is gone if not."""
    from linli.desk.common.files import sync_folder  # noqa: PLC0415

    file = tempfile.NamedTemporaryFile(prefix=f".{path.name}.", dir=path.parent, delete=False)  # noqa: SIM115 -- closed below
    aside = Path(file.name)
    try:
        with file:
            yield file
        if path.exists():  # it came to be meanwhile
            raise InputError(f"{path}: is there already; give another name")
        aside.rename(path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _on_disk(file: tempfile._TemporaryFileWrapper[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _read_back(path: Path, digest: str, closing: Closing, progress: Progress) -> None:
    from linli.desk.backup.restoring import checked  # noqa: PLC0415

    if closing.passphrase:
        checked(path, opening=Opening(passphrase=closing.passphrase), progress=progress)
        return
    with path.open("rb") as file:
        if digest_of_contents(file) != digest:
            raise InputError(
                f"{path.parent}: the disk gave back something else than was written; try another"
            )


def restore(arguments: argparse.Namespace) -> int:
    """Put a desk back into an empty folder; the exit code."""
    path: Path = arguments.file.absolute()
    folder: Path = arguments.into.absolute()
    with _told_of_the_disk():
        return _restore(path, folder, arguments)


def _restore(path: Path, folder: Path, arguments: argparse.Namespace) -> int:
    from linli.desk.backup.restoring import beside, extracted  # noqa: PLC0415

    opening = _opening(path, arguments)
    with beside(folder) as aside:
        with BarProgress() as progress:
            manifest = extracted(path, aside, opening=opening, progress=progress)
        choose_data(aside)
        whole = _open_restored(manifest, aside)
        close_database()
        if not whole:
            raise InputError("the ledgers are not whole: nothing was restored")
    print(f"Restored into {folder}, as it was at {manifest.made_at}. Start it with: linli up --data {folder}")
    _tell_missing(manifest)
    return 0


def _open_restored(manifest: Manifest, aside: Path) -> bool:
    """Get the database going and prove its ledgers; where they are not what was backed up, the database is as empty as before."""
    from linli.desk.config.environ import Environment  # noqa: PLC0415 -- after the folder is chosen

    if not (aside / "secret.key").exists() and not Environment.read().secret_key:
        raise InputError(
            "the desk had its key in LINLI_SECRET_KEY: set it to the same, or codes and logins are lost"
        )
    set_up_django()
    from django.core.management import call_command  # noqa: PLC0415 -- needs django.setup()
    from django.db import DatabaseError  # noqa: PLC0415

    from linli.desk.backup import restored, snapshot  # noqa: PLC0415

    snapshot.refuse_other(manifest.engine, database_url=Environment.read().database_url)
    restored.refuse_unfit(manifest)
    try:
        snapshot.refuse_full()
        with step("database"):
            snapshot.put_back(aside / snapshot.NAMES[manifest.engine])
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the database cannot be used: {reason}") from error
    try:
        call_command("migrate", verbosity=0, interactive=False)
        restored.mark_missing(manifest)
        whole = told_ledgers() and restored.ends_as_told(manifest)
    except BaseException:
        snapshot.empty()
        raise
    if not whole:
        snapshot.empty()
    return whole


def _tell(manifest: Manifest) -> None:
    print(
        f"  Linli {manifest.version}, {manifest.made_at}: {len(manifest.files):,} files, {manifest.size:,} bytes, "
        f"{manifest.engine}"
    )
    for slug, (number, digest) in manifest.ledgers.items():
        print(f"  {slug}: {number:,} entries, the last {digest}")
    _tell_missing(manifest)


def _tell_missing(manifest: Manifest) -> None:
    if manifest.gone:
        print(f"  {len(manifest.gone):,} uploads were deleted while the backup was made, and are not in it")
    if manifest.lost:
        print(
            f"  {len(manifest.lost):,} UPLOADS HAD NO FILE any more in the folder that was backed up: {manifest.lost[0]}"
        )


@contextmanager
def _told_of_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or "the disk"
        raise InputError(f"{where}: {error.strerror or error}") from error


def _closing(arguments: argparse.Namespace) -> Closing:
    if arguments.recipient and arguments.passphrase_file:
        raise InputError("give --recipient or --passphrase-file, not both")
    if arguments.recipient:
        return Closing(recipients=tuple(arguments.recipient))
    passphrase = _passphrase(arguments, again=True)
    if len(passphrase) < _SHORTEST:
        raise InputError(f"the passphrase is shorter than {_SHORTEST} characters; take five or six words")
    return Closing(passphrase=passphrase)


def _opening(path: Path, arguments: argparse.Namespace) -> Opening:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if arguments.identity:
        return Opening(identities=tuple(_secrets_in(arguments.identity)))
    return Opening(passphrase=_passphrase(arguments, again=False))


def _secrets_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if "OPENSSH PRIVATE KEY" in text:
        return [text]
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _passphrase(arguments: argparse.Namespace, *, again: bool) -> str:
    if arguments.passphrase_file:
        lines = arguments.passphrase_file.read_text(encoding="utf-8").splitlines()
        if not lines or not lines[0]:
            raise InputError(
                f"{arguments.passphrase_file}: its first line is empty; the passphrase stands there"
            )
        return str(lines[0])
    if not sys.stdin.isatty():
        raise InputError("nobody is here to type a passphrase; give --passphrase-file, or a key")
    passphrase = getpass.getpass("Passphrase: ")
    if again and getpass.getpass("Once more: ") != passphrase:
        raise InputError("these two are not the same")
    return passphrase
