from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from linli.desk.config.environ import Environment, database, secret_key
from linli.engine.errors import InputError
from tests.conftest import ROOT


def read(**values: str) -> Environment:
    return Environment.read(values)


def test_environment_of_nothing_serves_this_machine_from_data() -> None:
    environment = read()
    assert environment.data == Path("data").absolute()
    assert environment.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert environment.https is False


def test_environment_takes_hosts_beside_this_machine() -> None:
    environment = read(LINLI_ALLOWED_HOSTS=" linli.example.cn, 10.0.0.7,,")
    assert environment.allowed_hosts[:2] == ("linli.example.cn", "10.0.0.7")
    assert "localhost" in environment.allowed_hosts


@pytest.mark.parametrize(("text", "told"), [("1", True), ("Yes", True), ("0", False), ("", False)])
def test_environment_reads_yes_and_no(text: str, told: bool) -> None:
    assert read(LINLI_HTTPS=text).https is told


def test_environment_refuses_what_is_neither_yes_nor_no() -> None:
    with pytest.raises(InputError, match="LINLI_HTTPS: “perhaps” is neither yes nor no"):
        read(LINLI_HTTPS="perhaps")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        (" https://linli.example.cn/", "https://linli.example.cn"),
        ("http://10.0.0.7:8000", "http://10.0.0.7:8000"),
    ],
)
def test_environment_reads_where_residents_reach_the_desk(text: str, told: str) -> None:
    assert read(LINLI_PUBLIC_URL=text).public_url == told


@pytest.mark.parametrize(
    "text", ["linli.example.cn", "ftp://linli.example.cn", "https://linli.example.cn/desk", "https://"]
)
def test_environment_refuses_what_is_no_address_of_a_desk(text: str) -> None:
    with pytest.raises(
        InputError, match=f"LINLI_PUBLIC_URL: “{text.rstrip('/')}” is no address of a desk; give one such as"
    ):
        read(LINLI_PUBLIC_URL=text)


def test_database_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    found = database(read(LINLI_DATA=str(tmp_path)))
    assert found["ENGINE"] == "linli.desk.common.sqlite"
    assert found["NAME"] == tmp_path / "linli.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_database_url_names_another_sqlite_file(tmp_path: Path) -> None:
    assert database(read(LINLI_DATABASE_URL=f"sqlite:///{tmp_path}/a%20b.db"))["NAME"] == tmp_path / "a b.db"


def test_database_url_names_postgresql() -> None:
    url = "postgresql://lin%40li:p%2Fw@db.example:5433/linli?sslmode=require"
    found = database(read(LINLI_DATABASE_URL=url))
    assert found["ENGINE"] == "django.db.backends.postgresql"
    wanted = {"NAME": "linli", "USER": "lin@li", "PASSWORD": "p/w", "HOST": "db.example", "PORT": "5433"}
    assert {key: found[key] for key in wanted} == wanted
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    "url", ["mysql://root:hunter2@db/linli", "linli.db", "postgresql://db", "sqlite:///"]
)
def test_database_url_of_anything_else_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InputError, match=r"LINLI_DATABASE_URL: .* is no database Linli runs on") as caught:
        database(read(LINLI_DATABASE_URL=url))
    assert "hunter2" not in str(caught.value)


def test_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    environment = read(LINLI_DATA=str(tmp_path / "new"))
    first = secret_key(environment)
    assert len(first) > 50
    assert secret_key(environment) == first
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret.key"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_secret_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret_key(read(LINLI_DATA=str(tmp_path)))
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_secret_key_given_is_not_kept(tmp_path: Path) -> None:
    assert secret_key(read(LINLI_DATA=str(tmp_path), LINLI_SECRET_KEY="given")) == "given"
    assert list(tmp_path.iterdir()) == []


def test_secret_key_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(InputError, match=r"secret\.key: not a key"):
        secret_key(read(LINLI_DATA=str(tmp_path)))


def test_every_variable_read_is_in_the_operators_guide_and_no_other() -> None:
    told = set(
        re.findall(r"^\| `(LINLI_\w+)` \|", (ROOT / "docs" / "operators.md").read_text("utf-8"), re.MULTILINE)
    )
    read = {
        name
        for path in (ROOT / "src" / "linli" / "desk").rglob("*.py")
        for name in re.findall(r"\"(LINLI_[A-Z_]+)\"", path.read_text("utf-8"))
    }
    assert told == read
