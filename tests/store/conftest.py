"""A fresh database for each test, of both kinds. Postgres is Debian's, in a folder of its own, on a socket of this machine.

Without Postgres those tests are skipped, and the summary says so, except where CI is set: there they fail.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.store import Store, migrated

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PASSWORD = "canary-pw-91c2"


def absent() -> None:
    """Fails in CI, skips elsewhere."""
    if os.environ.get("CI", "").casefold() not in ("", "0", "false", "no", "off"):
        pytest.fail("no Postgres in /usr/lib/postgresql: apt-get install postgresql")
    pytest.skip("no Postgres in /usr/lib/postgresql: the tests on it were not run")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a Postgres server without the name of a database, for a user with a password. Ended at the end."""
    if not BINARIES:
        absent()
    bin = BINARIES[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="coach-pg-"))
    data = folder / "data"
    who: dict[str, object] = {}
    if os.geteuid() == 0:  # Postgres refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*words: str) -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, **who)  # type: ignore[call-overload]
        if done.returncode:
            pytest.fail(f"{Path(words[0]).name}: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    try:
        run(str(bin / "initdb"), "-D", str(data), "-U", "coach", "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off -c timezone=Asia/Kolkata"
        run(str(bin / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql://coach:{PASSWORD}@127.0.0.1:{port}"
        finally:
            run(str(bin / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept' / 'coach.db'}"
    import psycopg

    server: str = request.getfixturevalue("postgres")
    name = f"t{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def open_at() -> Iterator[Callable[[str], Store]]:
    """Opens stores that are closed at the end."""
    opened: list[Store] = []

    def at(url: str) -> Store:
        opened.append(Store(migrated(url)))
        return opened[-1]

    yield at
    for store in opened:
        store.close()


@pytest.fixture
def store(url: str, open_at: Callable[[str], Store]) -> Store:
    """A store in an empty database."""
    return open_at(url)
