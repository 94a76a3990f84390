"""What a backup says of itself: its last file, written when everything else is in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from linli.engine.errors import InputError

NAME = "manifest.json"
FORMAT = 1


@dataclass(slots=True)
class Manifest:
    """All of it is compared again when a backup is checked or restored.

    Attributes
    ----------
    engine : `sqlite` or `postgresql`.
    migrations : the edition of the database, every `app.name`.
    ledgers : by community, how many entries there are, and the digest of the last.
    secret_digest : of the key that signs; where that is in no file of the backup, restoring asks for the same one.
    files : size and SHA-256 by name.
    gone : keys of uploads whose files were deleted between the snapshot and their turn.
    lost : keys of uploads whose files were not there although nobody deleted them.
    """

    made_at: str
    version: str
    engine: str
    migrations: list[str]
    ledgers: dict[str, tuple[int, str]]
    secret_digest: str
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    format: int = FORMAT

    def written(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        """Read the JSON.

        Raises
        ------
        InputError
            A later Linli wrote it otherwise.
        """
        said = json.loads(data)
        if said.get("format") != FORMAT:
            raise InputError(
                f"a later version of Linli made it ({said.get('version')}); restore it with that"
            )
        for name in ("ledgers", "files"):
            said[name] = {key: (size, digest) for key, (size, digest) in said[name].items()}
        return cls(**said)

    @property
    def size(self) -> int:
        """How many bytes its files hold."""
        return sum(size for size, _ in self.files.values())
