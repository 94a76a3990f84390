"""`linli backup` and `linli restore`: a desk that goes on working, put back elsewhere whole."""

from __future__ import annotations

import ast
import hashlib
import http.cookiejar
import itertools
import re
import resource
import signal
import tarfile
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pyrage
import pytest
from django_scopes import scope
from PIL import Image

from linli import cli
from linli.desk.backup.making import begun
from linli.desk.backup.restored import mark_missing
from linli.desk.backup.restoring import beside, extracted
from linli.desk.backup.sealed import CHUNK, Closing, Opening, header, padding, seal, unsealed
from linli.desk.common import clock, uploads
from linli.desk.common.models import Upload
from linli.desk.places.models import Community
from linli.engine.errors import InputError
from linli.engine.streets.place import Inputs
from linli.engine.streets.progress import silent
from tests.desk.serving import SLUG, Desk, code_in, database, linli, opened, read_until, report, started

PASSPHRASE = "five words nobody would guess"


def picture() -> bytes:
    file = BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])],
)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def desk(engine: str, village_inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with database(engine, "backup") as given:
        yield opened(tmp_path_factory.mktemp("backup") / "data", village_inputs, given)


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return file


def url_of(told: str) -> str:
    return re.search(r"http://\S+/", told)[0]


def logged_in(url: str) -> str:
    """What the director sees after logging in."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    page = opener.open(f"{url}accounts/login/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    fields = {"csrfmiddlewaretoken": token, "login": "director", "password": "four words and a half"}
    with opener.open(f"{url}accounts/login/", urlencode(fields).encode(), timeout=20) as answer:
        answer.read()
    with opener.open(f"{url}c/{SLUG}/desk/", timeout=20) as answer:
        return answer.read().decode()


def photo_at(url: str, code: str, key: str) -> bytes:
    with urllib.request.urlopen(f"{url}c/{SLUG}/follow/{code}/photos/{key}/", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "image/webp"
        return answer.read()


def test_backup_of_a_desk_at_work_is_restored_elsewhere_whole(
    desk: Desk, engine: str, tmp_path: Path, passphrase: Path
) -> None:
    file = tmp_path / "today.linli"
    codes: list[str] = []
    enough = threading.Event()
    with started(
        "up", "--port", "0", "--data", desk.data, **desk.given, LINLI_TRUSTED_PROXY="127.0.0.1"
    ) as process:
        url = url_of(read_until(process, "Linli is up at"))
        kept = code_in(report(url, str(uuid.uuid4()), words="The lamp is dark", photo=picture()))

        def write() -> None:
            while not enough.is_set():
                address = f"198.51.100.{len(codes) % 250 + 1}"
                words = f"Lamp {len(codes)} is dark"
                codes.append(
                    code_in(report(url, str(uuid.uuid4()), words=words, photo=picture(), address=address))
                )

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = desk.linli("backup", file, "--passphrase-file", passphrase)
        finally:
            enough.set()
            writer.join()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "written and read back" in made.stdout
    assert len(codes) > 1, "nobody wrote while it was made"
    assert not list(desk.data.glob(".backup-*"))
    assert file.stat().st_mode & 0o777 == 0o600

    other = tmp_path / "other" / "data"
    with database(engine, "restored") as given:
        done = linli("restore", file, "--into", other, "--passphrase-file", passphrase, **given)
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(rf"^{SLUG}: whole; \d+ entries, the last [0-9a-f]{{64}}$", done.stdout, re.MULTILINE)
        again = Desk(other, given)
        keys = ast.literal_eval(
            again.ask("[str(key) for key in Upload.objects.order_by('pk').values_list('key', flat=True)]")
        )
        # Every row's file is there, and no file is without its row.
        assert sorted(keys) == sorted({path.name[:36] for path in (other / "uploads").rglob("*.webp")})
        assert {"secret.key", "field.keys", "communities"} <= {path.name for path in other.iterdir()}
        with started("up", "--port", "0", "--data", other, **given) as process:
            url = url_of(read_until(process, "Linli is up at"))
            assert photo_at(url, kept, keys[0])[:4] == b"RIFF"
            assert 'href="/c/village/desk/new/"' in logged_in(url)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=15)
        assert [path.name for path in other.parent.iterdir()] == ["data"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, village_inputs: Inputs) -> tuple[Path, Path, str]:
    """A backup of a desk on SQLite, made for the owner of a key; the file of that key; the key."""
    folder = tmp_path_factory.mktemp("small")
    desk = opened(folder / "data", village_inputs, {})
    identity = pyrage.x25519.Identity.generate()
    (folder / "key").write_text(f"# mine\n{identity}\n", encoding="utf-8")
    leftover = desk.data / ".backup-killed"
    leftover.mkdir()
    (leftover / "linli.sqlite3").write_bytes(b"what a killed backup leaves")
    done = desk.linli("backup", folder / "small.linli", "--recipient", identity.to_public())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This machine cannot open it" in done.stdout
    assert not leftover.exists()
    return folder / "small.linli", folder / "key", str(identity)


def test_backup_opens_without_linli(small: tuple[Path, Path, str]) -> None:
    file, _, key = small
    with tarfile.open(file) as outer:
        [info] = outer.getmembers()
        sealed = outer.extractfile(info).read()
    assert info.name == "contents.age"
    assert sealed.startswith(b"age-encryption.org/v1\n")
    plain = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key)])
    with tarfile.open(fileobj=BytesIO(plain)) as inner:
        names = inner.getnames()
    assert {"field.keys", "secret.key", "linli.sqlite3", "communities/village/1/place.linli"} <= set(names)
    assert names[-1] == "manifest.json"
    assert not [name for name in names if name.startswith("static")]


def test_backup_check_tells_what_it_holds(small: tuple[Path, Path, str]) -> None:
    file, key, _ = small
    done = linli("backup", "--check", file, "--identity", key)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{file}: whole\n")
    assert re.search(r"village: \d+ entries, the last [0-9a-f]{64}", done.stdout)


def a_photo(community: Community) -> Upload:
    return uploads.store_photo(community=community, data=picture(), by="resident")[0]


@pytest.mark.django_db(transaction=True)
def test_uploads_that_go_while_it_is_made_are_told_from_those_that_were_lost() -> None:
    community = Community.objects.create(slug="willow", name_en="Willow", created_at=clock.now())
    kept, erased, lost = (a_photo(community) for _ in range(3))
    with begun() as content:
        later = a_photo(community)
        uploads.delete(erased)
        for path in uploads.files_of(lost).values():
            path.unlink()
        data = b"".join(content.chunks(silent))
    with tarfile.open(fileobj=BytesIO(data)) as tar:
        names = [name for name in tar.getnames() if name.startswith("uploads/willow/")]
    assert sorted(str(kept.key) in name for name in names) == [True, True]
    assert not [name for name in names if str(later.key) in name]
    assert (content.manifest.gone, content.manifest.lost) == ([str(erased.key)], [str(lost.key)])
    mark_missing(content.manifest)
    with scope(community=community):
        rows = Upload.objects.filter(deleted_at=None)
        assert {row.key for row in rows} == {kept.key, later.key}
    uploads.delete(kept)
    uploads.delete(later)


@pytest.mark.django_db(transaction=True)
def test_two_backups_at_once_are_refused() -> None:
    with begun(), pytest.raises(InputError, match="another backup is at work"), begun():
        raise AssertionError


@pytest.mark.parametrize("where", ["early", "late", "cut"])
def test_damaged_backup_is_refused_and_nothing_is_restored(
    small: tuple[Path, Path, str], tmp_path: Path, where: str
) -> None:
    file, key, _ = small
    data = bytearray(file.read_bytes())
    if where == "cut":
        del data[len(data) // 2 :]
    else:
        data[70_000 if where == "early" else -20_000] ^= 1
    damaged = tmp_path / "damaged.linli"
    damaged.write_bytes(data)
    with pytest.raises(InputError, match="changed or is cut off"):
        main_of_restore(damaged, tmp_path / "into", key)
    assert [path.name for path in tmp_path.iterdir()] == ["damaged.linli"]


def main_of_restore(file: Path, into: Path, identity: Path) -> None:
    with beside(into) as aside:
        opening = Opening(identities=(identity.read_text().splitlines()[-1],))
        extracted(file, aside, opening=opening, progress=silent)


def test_backup_of_another_key_is_refused(small: tuple[Path, Path, str], tmp_path: Path) -> None:
    file, _, _ = small
    other = tmp_path / "other.key"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(InputError, match="this key does not open it"):
        main_of_restore(file, tmp_path / "into", other)


def test_restore_into_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"somebody's")
    with pytest.raises(InputError, match="is not empty"), beside(tmp_path):
        raise AssertionError
    assert (tmp_path / "photo.jpg").read_bytes() == b"somebody's"


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "uploads/../../evil", "static/evil", "uploads/.\\evil"]
)
def test_backup_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "evil.linli"
    with file.open("wb") as target:
        chunks = iter([header(name, 4, 0), b"evil", padding(4), bytes(1024)])
        seal(target, chunks, closing=Closing(recipients=(str(identity.to_public()),)), at=0)
    with pytest.raises(InputError, match="does not belong"), beside(tmp_path / "into") as aside:
        extracted(file, aside, opening=Opening(identities=(str(identity),)), progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["evil.linli"]


def test_sealed_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    size = 200 << 20
    block = bytes(CHUNK)
    file = tmp_path / "large.linli"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with file.open("wb") as target:
        chunks = itertools.chain(
            [header("uploads/a", size, 0)], itertools.repeat(block, size // CHUNK), [bytes(1024)]
        )
        seal(target, chunks, closing=Closing(recipients=(str(identity.to_public()),)), at=0)
    with file.open("rb") as source, unsealed(source, opening=Opening(identities=(str(identity),))) as tar:
        [info] = [
            (one.name, one.size, hashlib.file_digest(tar.extractfile(one), "sha256").hexdigest())
            for one in tar
        ]
    assert info == ("uploads/a", size, hashlib.sha256(bytes(size)).hexdigest())
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 300_000  # `bytes(size)` above is 200 MB of it


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["backup", "x.linli", "--recipient", "age1nonsense"], "--recipient age1nonsense: no public key"),
        (["backup", "x.linli"], "nobody is here to type a passphrase; give --passphrase-file, or a key"),
        (["backup", "none/x.linli"], "none: there is no such folder"),
        (["restore", "none.linli", "--into", "there"], "none.linli: there is no such file"),
    ],
)
def test_backup_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", BytesIO())
    assert cli.main(arguments) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_restore_into_the_other_database_is_refused(small: tuple[Path, Path, str], tmp_path: Path) -> None:
    file, key, _ = small
    into = tmp_path / "into"
    for url, told in (
        ("postgresql://linli@127.0.0.1:9/x", "holds a SQLite database, which cannot be put into PostgreSQL"),
        (f"sqlite:///{tmp_path}/elsewhere.sqlite3", "this backup's database goes into the folder"),
    ):
        done = linli("restore", file, "--into", into, "--identity", key, LINLI_DATABASE_URL=url)
        assert done.returncode == 2
        assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
