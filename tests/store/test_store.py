"""The store, on SQLite and on Postgres: what goes in comes out, whoever else is at it, and what goes wrong has a sentence."""

import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store import CorrectionRow, RunRow, Store, migrated, open_store
from coach.store.engine import Database
from coach.store.replies import Replies
from coach.store.schema import VERSIONS
from tests.core.builders import ROOT
from tests.store.conftest import NOW, PASSWORD

OPEN = Callable[[str], Store]


def row(**more: object) -> CorrectionRow:
    plain = {
        "at": NOW,
        "state": "new",
        "kind": "missed",
        "criterion": "budget",
        "rule": "yes",
        "note": "n1",
        "conversation": "{}",
        "review": "{}",
        "said": "{}",
    }
    return CorrectionRow.model_validate({**plain, "model": "m", "prompts": None, "playbook": "default", "version": "0.1.0", **more})


def test_a_reply_comes_back_as_it_was_kept(store: Store) -> None:
    reply = 'naïve “quotes” \U0001f600 \\ "x" 日本\n' * 10
    store.replies.put("k" * 64, reply, NOW)
    assert store.replies.get("k" * 64, NOW) == reply
    assert store.replies.get("x" * 64, NOW) is None
    store.replies.put("k" * 64, "other", NOW)
    assert store.replies.get("k" * 64, NOW) == "other"
    assert store.replies.held().count == 1


def test_over_the_room_the_replies_used_longest_ago_go_first(url: str) -> None:
    database = migrated(url)
    replies = Replies(database, room=30)
    for at, key in enumerate("abc"):
        replies.put(key, "0123456789", NOW + timedelta(days=at))
    assert replies.get("a", NOW + timedelta(days=4)) == "0123456789"
    replies.put("d", "0123456789", NOW + timedelta(days=5))
    assert [key for key in "abcd" if replies.get(key, NOW)] == ["a", "c", "d"]
    replies.put("e", "x" * 31, NOW)
    assert replies.get("e", NOW) is None
    assert replies.held().bytes == 30
    database.close()


def test_times_keep_their_zone(store: Store) -> None:
    there = datetime(2026, 3, 2, 23, 30, 1, 234567, tzinfo=timezone(timedelta(hours=-8)))
    id = store.corrections.add(row(at=there))
    held = store.corrections.get(id)
    assert held is not None
    assert held.at == there
    assert held.at.tzinfo == UTC
    with pytest.raises(ValueError, match="timezone"):
        row(at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_corrections_are_numbered_listed_marked_counted_and_forgotten(store: Store) -> None:
    first = store.corrections.add(row())
    second = store.corrections.add(row(at=NOW + timedelta(days=1), kind="good", criterion=None, note="n2"))
    third = store.corrections.add(row(at=NOW + timedelta(days=2), state="done"))
    assert [one.id for one in store.corrections.newest()] == [third, second, first]
    assert [one.id for one in store.corrections.newest(kind="missed", criterion="budget", state="new")] == [first]
    assert [one.id for one in store.corrections.newest(note="n2")] == [second]
    assert store.corrections.mark(first, "not_right")
    assert not store.corrections.mark(999, "done")
    assert store.corrections.counts("criterion") == [("budget", 2)]
    assert store.corrections.counts("kind") == [("missed", 2), ("good", 1)]
    assert store.corrections.forget(NOW + timedelta(hours=1)) == 1
    assert store.corrections.get(first) is None
    assert store.corrections.held().count == 2
    assert store.corrections.held().oldest == NOW + timedelta(days=1)
    assert store.corrections.forget() == 2
    assert store.corrections.add(row()) > third  # no number is given twice


def test_runs_are_kept_by_name(store: Store) -> None:
    run = RunRow(name="r", at=NOW, suite="offline", model="offline analyst", prompts=None, cases=3, passed=2, summary="{}")
    store.runs.keep(run)
    store.runs.keep(run.model_copy(update={"passed": 3}))
    assert [one.passed for one in store.runs.newest("offline")] == [3]
    assert store.runs.newest("live") == []
    assert store.runs.forget() == 1


def test_a_second_opening_finds_what_was_kept_and_the_schema_as_it_should_be(url: str, open_at: OPEN) -> None:
    open_at(url).replies.put("k", "reply", NOW)
    again = open_at(url)
    assert again.replies.get("k", NOW) == "reply"
    assert again.version() == VERSIONS[-1]


def test_the_tables_of_the_code_are_those_of_the_migrations(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from coach.store.tables import metadata

    database = migrated(url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "coach_schema", "compare_type": False})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_last_version_that_the_code_knows_is_the_last_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(ROOT / "coach" / "store" / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == VERSIONS


def test_eight_threads_at_once_lose_nothing(store: Store) -> None:
    def work(at: int) -> None:
        for n in range(15):
            store.replies.put(f"{n}", f"from {at}", NOW)
            store.corrections.add(row(note=f"{at}-{n}"))
            assert store.replies.get(f"{n}", NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert store.corrections.held().count == 120
    assert len({one.id for one in store.corrections.newest()}) == 120
    assert store.replies.held().count == 15


def _in_a_process(url: str, at: int) -> None:
    store = Store(migrated(url))
    for n in range(20):
        store.corrections.add(row(note=f"{at}-{n}"))


def test_two_processes_that_open_an_empty_database_at_once_make_one_schema_and_lose_nothing(url: str, open_at: OPEN) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_in_a_process, args=(url, at)) for at in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    assert open_at(url).corrections.held().count == 40


KILLED = """
import os, sys
from coach.store import Store, migrated
from tests.store.test_store import row
from coach.store.tables import corrections
from sqlalchemy import insert
store = Store(migrated(sys.argv[1]))
store.corrections.add(row(note="whole"))
with store._database.writing() as connection:
    connection.execute(insert(corrections).values(row(note="half").model_dump(exclude={"id"})))
    os._exit(9)
"""


def test_a_process_that_dies_while_it_writes_leaves_all_or_nothing(url: str, open_at: OPEN) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False, timeout=120)
    assert done.returncode == 9
    assert [one.note for one in open_at(url).corrections.newest()] == ["whole"]


def test_a_schema_that_is_newer_than_the_code_is_refused_and_left_alone(url: str) -> None:
    from sqlalchemy import text

    database = migrated(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE coach_schema SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer coach"):
        migrated(url)
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM coach_schema")).scalar() == "9999"
    database.close()


def test_a_file_is_for_its_owner_alone(tmp_path: Path, open_at: OPEN) -> None:
    path = tmp_path / "kept" / "coach.db"
    open_at(f"sqlite:///{path}").replies.put("k", "reply", NOW)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def damaged(tmp_path: Path) -> str:
    (tmp_path / "bad.db").write_bytes(b"this is no database at all" * 200)
    return f"sqlite:///{tmp_path / 'bad.db'}"


def cut_off(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'cut.db'}"
    database = migrated(url)
    Replies(database).put("k", "x" * 50_000, NOW)
    database.close()
    data = (tmp_path / "cut.db").read_bytes()
    (tmp_path / "cut.db").write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    return url


WRONG: list[tuple[str, Callable[[Path], str], str]] = [
    ("no_database", damaged, "is damaged or no database of the coach"),
    ("cut_off", cut_off, "is damaged or no database of the coach"),
    ("a_folder", lambda at: f"sqlite:///{at}", "cannot be opened"),
    ("a_folder_that_is_a_file", lambda at: ((at / "f").write_text("x") and f"sqlite:///{at / 'f' / 'coach.db'}") or "", "cannot be opened"),
    ("no_place", lambda at: "sqlite:////proc/nowhere/coach.db", "cannot be opened"),
    ("no_url", lambda at: "not a url", "no URL of a database"),
    ("no_port", lambda at: "postgresql://u:canary-pw-91c2@h:port/d", "no URL of a database"),
    ("another_kind", lambda at: "mysql://u:canary-pw-91c2@h/d", "not supported"),
    ("no_file", lambda at: "sqlite://", "names no file"),
    ("nobody_there", lambda at: "postgresql://u:canary-pw-91c2@127.0.0.1:9/d", "cannot be reached"),
]


@pytest.mark.parametrize(("make", "said"), [pair[1:] for pair in WRONG], ids=[pair[0] for pair in WRONG])
def test_a_database_that_cannot_be_used_has_a_sentence(make: Callable[[Path], str], said: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store(migrated(make(tmp_path))).replies.held()
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_only_be_read_has_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match=r"cannot be opened|only be read"):
        migrated(f"sqlite:///{tmp_path / 'coach.db'}")


def test_a_database_that_became_read_only_has_a_sentence(tmp_path: Path) -> None:
    database = migrated(f"sqlite:///{tmp_path / 'coach.db'}")
    with pytest.raises(StoreError, match="can only be read"), database.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        Replies(database)
        connection.exec_driver_sql("DELETE FROM coach_replies")
    database.close()


def test_a_wrong_password_user_or_name_has_a_sentence_without_it(postgres: str) -> None:
    host = postgres.rsplit("@", 1)[-1]
    for url, said in (
        (f"postgresql://coach:wrong-{PASSWORD}@{host}/postgres", "refuses the name or the password"),
        (f"{postgres}/nothing", "no such database"),
        (f"postgresql://nobody:{PASSWORD}@{host}/postgres", "refuses the name or the password"),
    ):
        with pytest.raises(StoreError, match=said) as caught:
            migrated(url)
        assert PASSWORD not in str(caught.value)


def test_the_short_name_of_postgres_that_hosts_hand_out_works(postgres: str) -> None:
    assert not Database(postgres.replace("postgresql://", "postgres://") + "/postgres").is_file


def test_a_store_is_opened_once_in_a_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'once.db'}"
    assert open_store(url) is open_store(url)
