"""A stream of files in one encrypted file, made and read in pieces, never whole in memory.

The file is a tar of `contents.age`, itself a tar that was encrypted by age (https://age-encryption.org/v1) as it was written. Where
a passphrase closes it, `identity.age` stands before that: the key made for this one file, encrypted by the passphrase. So it
can be opened without Linli: `tar xf FILE && age -d -i identity.age contents.age | tar x`.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pyrage

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 1 << 20
_IDENTITY, _CONTENTS = "identity.age", "contents.age"


@dataclass(frozen=True, slots=True)
class Closing:
    """What opens a backup that is being made: a passphrase, or the secret keys of those it is made for."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a backup is opened with: its passphrase, or one of the secret keys it was made for."""

    passphrase: str = ""
    identities: tuple[str, ...] = ()


def header(name: str, size: int, at: int) -> bytes:
    """Return what stands before a file in a tar."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


def padding(size: int) -> bytes:
    """Return what stands after a file of that size."""
    return bytes(-size % tarfile.BLOCKSIZE)


def recipients_of(texts: Sequence[str]) -> list[Any]:
    """Read public keys.

    Raises
    ------
    InputError
        One of them is none.
    """
    found = []
    for text in texts:
        kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
        try:
            found.append(kind.Recipient.from_str(text.strip()))
        except pyrage.RecipientError:
            raise InputError(
                f"--recipient {text}: no public key; give one that begins with age1, or ssh-ed25519"
            ) from None
    return found


def seal(file: IO[bytes], chunks: Iterator[bytes], *, closing: Closing, at: int) -> str:
    """Write the chunks of a tar into `file`, encrypted; return the digest of what was encrypted, as it was written."""
    recipients = recipients_of(closing.recipients)
    if closing.passphrase:
        identity = pyrage.x25519.Identity.generate()
        recipients = [identity.to_public()]
        closed = pyrage.passphrase.encrypt(f"{identity}\n".encode(), closing.passphrase)
        file.write(header(_IDENTITY, len(closed), at) + closed + padding(len(closed)))
    start = file.tell()
    # Its size is known at the end; a header for one of any size takes this many bytes.
    room = _contents_header(0, at)
    file.write(room)
    source, sink = _Source(chunks), _Sink(file)
    try:
        pyrage.encrypt_io(source, sink, recipients)
    except Exception:
        # pyrage tells only the words of what went wrong while it read or wrote.
        raise_first(source.error, sink.error)
        raise
    raise_first(source.error, sink.error)
    file.write(padding(sink.size) + bytes(2 * tarfile.BLOCKSIZE))
    file.seek(start)
    file.write(_contents_header(sink.size, at))
    return sink.digest.hexdigest()


def _contents_header(size: int, at: int) -> bytes:
    info = tarfile.TarInfo(_CONTENTS)
    info.size, info.mtime, info.mode = size, at, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)  # one block, also for a size that ustar cannot say


def raise_first(*errors: BaseException | None) -> None:
    """Raise the first of these that happened."""
    for error in errors:
        if error is not None:
            raise error


class _Source:
    """What encryption reads: chunks, in pieces of the size it asks for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int, /) -> bytes:
        try:
            while not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return b""
                self._rest = memoryview(chunk)
        except BaseException as error:
            self.error = error
            raise
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


class _Sink:
    """What encryption writes to: a file, with the size and digest of what went into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()
        self.error: BaseException | None = None

    def write(self, data: bytes, /) -> int:
        try:
            self._file.write(data)
        except BaseException as error:
            self.error = error
            raise
        self.size += len(data)
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""


def digest_of_contents(file: IO[bytes]) -> str:
    """Return the digest of what is encrypted, as it lies on the disk; nobody needs to be able to open it."""
    with _outer(file) as (_, contents):
        digest = hashlib.sha256()
        while chunk := contents.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _outer(file: IO[bytes]) -> Iterator[tuple[bytes | None, IO[bytes]]]:
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            first = tar.next()
            closed = None
            if first is not None and first.name == _IDENTITY:
                found = tar.extractfile(first)
                closed = found.read() if found else None
                first = tar.next()
            contents = tar.extractfile(first) if first is not None and first.name == _CONTENTS else None
            if contents is None:
                raise InputError("this is no backup of Linli's")
            yield closed, contents
    except tarfile.TarError:
        raise InputError("this is no backup of Linli's, or the file is cut off") from None


@contextmanager
def unsealed(file: IO[bytes], *, opening: Opening) -> Iterator[tarfile.TarFile]:
    """Give the files in a backup, one after the other, as they are decrypted.

    Raises
    ------
    InputError
        It cannot be opened with that, or it was changed, or cut off.
    """
    with _outer(file) as (closed, contents):
        identities = _identities(closed, opening)
        reading, writing = os.pipe()
        failures: list[BaseException] = []

        def decrypt() -> None:
            try:
                with os.fdopen(writing, "wb", buffering=CHUNK) as sink:
                    pyrage.decrypt_io(contents, sink, identities)
            except BaseException as error:  # noqa: BLE001 -- raised again by the one who reads
                failures.append(error)

        thread = threading.Thread(target=decrypt, name="linli-decrypt", daemon=True)
        thread.start()
        try:
            with os.fdopen(reading, "rb", buffering=CHUNK) as source:
                try:
                    with tarfile.open(fileobj=source, mode="r|") as tar:
                        yield tar
                        # To the end: only there does decryption know that nothing was cut off.
                        while source.read(CHUNK):
                            pass
                except tarfile.TarError as error:
                    thread.join(5)
                    raise _cannot(failures) from error
        finally:
            thread.join()
        if failures:
            raise _cannot(failures)


def _cannot(failures: list[BaseException]) -> InputError:
    if failures and isinstance(failures[0], pyrage.DecryptError):
        return InputError("this key does not open it")
    return InputError("the file was changed or is cut off: what is in it cannot be trusted")


def _identities(closed: bytes | None, opening: Opening) -> list[Any]:
    if closed is not None:
        if not opening.passphrase:
            raise InputError("a passphrase closes it; give --passphrase-file")
        try:
            text = pyrage.passphrase.decrypt(closed, opening.passphrase).decode()
        except pyrage.DecryptError:
            raise InputError("this passphrase does not open it") from None
        return [pyrage.x25519.Identity.from_str(text.strip())]
    if not opening.identities:
        raise InputError(
            "it was made for the owner of a key; give --identity with the file of the secret key"
        )
    return [_identity(text) for text in opening.identities]


def _identity(text: str) -> Any:
    try:
        if "OPENSSH PRIVATE KEY" in text:
            return pyrage.ssh.Identity.from_buffer(text.encode())
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError:
        raise InputError("--identity: holds no secret key; it begins with AGE-SECRET-KEY-1") from None
