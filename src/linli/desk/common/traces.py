"""What was erased leaves nothing to read in the files of the database either.

SQLite overwrites what is deleted (`secure_delete`), but pages as they were stay in its write-ahead log until that is folded
into the database and cut. PostgreSQL's own vacuum does the like in its own time.
"""

from __future__ import annotations

from django.db import connection

from linli.desk.common.sweeps import sweep

# Whoever reads is waited for no longer than this, as nobody can write meanwhile; the sweep tries again.
_WAIT_MS = 500


@sweep("traces.folded", every_s=600)
def fold() -> bool:
    """Fold SQLite's log into the database and cut it; False where somebody was reading, or the transaction goes on."""
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        # What is not committed is not in the log to be folded.
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
    return not busy
