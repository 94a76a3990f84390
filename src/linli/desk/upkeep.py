"""What an operator does beside serving: `linli work`, `linli ledger verify`, `linli keys rotate`."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from linli.desk.up import choose_data, close_database, set_up_django
from linli.engine.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def work(arguments: argparse.Namespace) -> int:
    """Send messages and run sweeps until told to stop; the exit code."""
    open_desk(arguments)
    from linli.desk.common.worker import Worker  # noqa: PLC0415 -- needs django.setup()

    worker = Worker()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.told_to_stop())
    close_database()
    worker.start()
    print("Linli is at work. Ctrl+C stops it.", flush=True)
    worker.wait()
    worker.stop()
    print("Stopped.", flush=True)
    return 0


def verify_ledgers(arguments: argparse.Namespace) -> int:
    """Recompute every ledger; 1 where one is not whole."""
    open_desk(arguments)
    whole = told_ledgers(arguments.community or "")
    close_database()
    return 0 if whole else 1


def told_ledgers(slug: str = "") -> bool:
    """Say of every ledger, or of one community's, whether it is whole; return whether all are."""
    from django.db import connection  # noqa: PLC0415 -- needs django.setup()
    from django_scopes import scope  # noqa: PLC0415

    from linli.desk.common import guards, ledger  # noqa: PLC0415
    from linli.desk.common.models import LedgerHead  # noqa: PLC0415
    from linli.desk.places.models import Community  # noqa: PLC0415

    communities = list(Community.objects.filter(slug=slug) if slug else Community.objects.all())
    if slug and not communities:
        raise InputError(f"--community {slug}: there is none of that slug")
    whole = True
    for community in communities:
        problems = ledger.verify(community=community)
        with scope(community=community):
            head = LedgerHead.objects.first()
        end = f"{head.number:,} entries, the last {head.digest}" if head else "no entry yet"
        print(f"{community.slug}: {'whole' if not problems else 'NOT WHOLE'}; {end}")
        for problem in problems:
            print(f"  {problem}")
        whole = whole and not problems
    for name in guards.missing(connection):
        print(f"  the guard {name} is not in the database: entries can be changed; `linli up` puts it back")
        whole = False
    return whole


def rotate_keys(arguments: argparse.Namespace) -> int:
    """Encrypt every closed column again with a new key."""
    open_desk(arguments)
    from django.db import transaction  # noqa: PLC0415 -- needs django.setup()

    from linli.desk.common import keys, ledger  # noqa: PLC0415
    from linli.desk.places.models import Community  # noqa: PLC0415

    changed = keys.rotate()
    for community in Community.objects.all():
        with transaction.atomic():
            ledger.append(
                community=community, event="keys.rotated", by="system", data={"key": keys.ring().newest}
            )
    close_database()
    print(f"{changed:,} values encrypted again with key {keys.ring().newest}. Make a backup now:")
    print(f"earlier backups hold only the earlier keys. The keys are in {keys.path()}.")
    return 0


def open_desk(arguments: argparse.Namespace) -> None:
    """Get at the database of a desk that `linli up` has made.

    Raises
    ------
    InputError
        It is not there, or of an earlier edition.
    """
    choose_data(arguments.data)
    from linli.desk.config.environ import Environment  # noqa: PLC0415 -- after the folder is chosen

    folder = Environment.read().data
    if not folder.is_dir():  # or Django would make one, with keys in it
        raise InputError(f"{folder}: there is no such data folder; give --data, or start `linli up` once")
    set_up_django()
    from django.db import DatabaseError, connection  # noqa: PLC0415 -- needs django.setup()

    try:
        behind = list(_missing_migrations())
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"the database cannot be used: {reason}; check LINLI_DATABASE_URL and its server"
        ) from error
    if behind:
        name = connection.settings_dict["NAME"]
        raise InputError(f"{name}: is not made ready ({behind[0]}); start `linli up` once")


def _missing_migrations() -> Iterator[str]:
    from django.db import connection  # noqa: PLC0415 -- needs django.setup()
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield f"{migration.app_label} lacks {migration.name}"


def let_operator_in(arguments: argparse.Namespace) -> int:
    """Make an operator's account, or give it a new password; print the password."""
    open_desk(arguments)
    import secrets  # noqa: PLC0415

    from linli.desk.people.actions import make_account  # noqa: PLC0415 -- needs django.setup()
    from linli.desk.people.errors import RefusedError  # noqa: PLC0415
    from linli.desk.people.models import Account  # noqa: PLC0415

    username = arguments.username.strip().casefold()
    account = Account.objects.filter(username=username).first()
    if account is not None and not account.is_operator:
        raise InputError(f"{username}: is the account of a member of staff; choose another name")
    password = secrets.token_urlsafe(12)
    if account is None:
        try:
            make_account(username=username, name=username, password=password, is_operator=True)
        except RefusedError as error:
            raise InputError(f"{username}: {error}") from None
    else:
        account.set_password(password)
        account.save(update_fields=["password"])
    close_database()
    print(f"{username} logs in at /accounts/login/ with {password}")
    return 0


def let_demo_in(arguments: argparse.Namespace) -> int:
    """Give the invented accounts a new password; print it."""
    open_desk(arguments)
    from linli.desk.invented import change_password  # noqa: PLC0415 -- needs django.setup()
    from linli.desk.places.models import Community  # noqa: PLC0415
    from linli.desk.up import tell_logins  # noqa: PLC0415

    community = Community.objects.filter(invented=True).first()
    if community is None:
        raise InputError("there is no demo here: `linli up` on an empty data folder makes one")
    tell_logins(*change_password(community))
    close_database()
    return 0
