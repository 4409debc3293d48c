"""The server of a built-in model: one for all threads, gone with its process however that ends, started anew if it was ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import AskError, BadReply, SettingsError
from coach.llm.asker import Sent
from coach.llm.live import openai_chat
from coach.llm.scripted import Scripted
from coach.models.builtin import Builtin
from coach.models.known import named
from coach.models.server import Server, Way, _check_memory, free_memory, shared
from coach.prompting import Message
from coach.settings import Settings
from tests.models.conftest import entry

ROOT = Path(__file__).parents[2]
SMALL = "builtin-small"


def sent(words: str = "who") -> Sent:
    return Sent(task="check", model="tiny", messages=(Message(role="user", content=words),), format="plain", schema_={})


@pytest.fixture
def way(tmp_path: Path, engine: dict[str, str]) -> Way:
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"good")
    return Way(entry(), weights, threads=1, sleep_seconds=60, environment=engine)


@pytest.fixture
def server(way: Way) -> Iterator[Server]:
    server = Server(way)
    yield server
    server.stop()


def chat(server: Server) -> Builtin:
    return Builtin(server, lambda url, key: openai_chat("tiny", key, url, 20))


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends in that time; one that nobody has waited for counts as ended."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_it_starts_on_loopback_when_first_asked_and_says_so(server: Server) -> None:
    said: list[str] = []
    assert not server.runs
    lent = server.lend(said.append)
    assert lent.base_url.startswith("http://127.0.0.1:")
    assert len(lent.key) >= 32
    assert said == ["Starting the built-in model, about 2 s, longer on a busy machine"]
    assert server.lend(said.append) == lent
    assert len(said) == 1


def test_the_key_stands_on_no_command_line_and_in_no_environment(server: Server) -> None:
    key = server.lend().key
    pid = int(chat(server)(sent()).text)
    assert key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


def test_whoever_has_no_key_is_refused(server: Server) -> None:
    with pytest.raises(AskError, match="refused the key"):
        openai_chat("tiny", "another", server.lend().base_url, 20)(sent())


def test_many_threads_share_one_server(way: Way, server: Server) -> None:
    pids: list[str] = []
    ask = chat(server)
    threads = [threading.Thread(target=lambda: pids.append(ask(sent()).text)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 8
    assert len(set(pids)) == 1
    assert shared(way) is shared(way)


def test_one_that_was_ended_is_started_anew_under_the_request(server: Server) -> None:
    ask = chat(server)
    first = int(ask(sent()).text)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert int(ask(sent()).text) != first


def test_one_that_is_started_while_another_error_is_handled_runs_on(server: Server) -> None:
    """A reply that cannot be used is asked for again while its error is handled."""
    ask = chat(server)
    first = int(ask(sent()).text)
    try:
        raise BadReply("is not JSON")
    except BadReply:
        os.kill(first, signal.SIGKILL)
        assert gone(first)
        assert int(ask(sent()).text) != first
    assert server.runs


def test_one_that_is_ended_again_under_the_same_request_is_given_up_with_advice(server: Server) -> None:
    with pytest.raises(AskError, match=r"ended twice .* want of memory.* offline review"):
        chat(server)(sent("die"))


@pytest.fixture
def settings(tmp_path: Path, engine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings under which the small model is here, its weights empty and its engine the stand-in, with a limit of two calls."""
    monkeypatch.setenv("PYTHONPATH", engine["PYTHONPATH"])
    settings = Settings.model_validate({"COACH_CACHE": tmp_path, "COACH_SERVERS": "", "COACH_MAX_CALLS": 2})
    small = named(SMALL)
    assert small is not None
    settings.weights.path(small).parent.mkdir(parents=True)
    with settings.weights.path(small).open("wb") as weights:
        weights.truncate(small.bytes)  # takes no room
    yield settings
    settings.here._server(SMALL).stop()


def test_who_waits_for_a_turn_holds_nothing_that_the_one_in_his_turn_waits_for(settings: Settings) -> None:
    ask, said = settings.chat(SMALL), list[str]()

    def one(words: str) -> None:
        try:
            ask(sent(words))
        except AskError as error:
            said.append(str(error))

    threads = [threading.Thread(target=one, args=(words,), daemon=True) for words in ("die", "who")]
    threads[0].start()
    over = time.monotonic() + 20
    while not settings.here._server(SMALL).turn.locked() and time.monotonic() < over:
        time.sleep(0.005)
    threads[1].start()
    for thread in threads:
        thread.join(40)
    assert len(said) == 2, "both have ended"
    assert "ended twice" in said[0]
    assert "2 calls were made and 2 are allowed" in said[1]


def test_what_a_built_in_model_does_not_do_in_time_is_asked_once_and_said_in_its_own_words(server: Server) -> None:
    server.lend()
    with pytest.raises(AskError, match=r"built-in model did not get through .* shorter text") as caught:
        Builtin(server, lambda url, key: openai_chat("tiny", key, url, 1, again=False))(sent("wait"))
    assert "COACH_TIMEOUT" not in str(caught.value)
    assert chat(server)(sent("how often")).text == "2", "with this question there were two"


def test_a_built_in_model_is_not_tried_again_by_the_sdk(settings: Settings) -> None:
    tries: list[bool] = []

    def make(name: str, key: str, base_url: str, timeout: float, /, again: bool = True) -> Scripted:
        tries.append(again)
        return Scripted(["yes"], name)

    here = settings.here.chat(SMALL, make)
    assert here is not None
    assert here(sent()).text == "yes"
    assert tries == [False]


def test_weights_that_cannot_be_loaded_are_said(way: Way) -> None:
    way.weights.write_bytes(b"bad!")
    with pytest.raises(AskError, match=r"file may be damaged\. `coach model pull tiny` checks it"):
        Server(way).lend()


def test_too_little_memory_is_said_before_anything_starts(way: Way) -> None:
    server = Server(way._replace(model=entry(bytes=10**15)))
    with pytest.raises(AskError, match=r"takes about .* of memory, and .* are free"):
        server.lend()
    assert not server.runs


def test_what_it_keeps_of_other_notes_is_in_what_it_takes() -> None:
    _check_memory(entry(), entry().memory + 600_000_000)
    with pytest.raises(AskError, match=r"takes about 937 MB of memory, and 900 MB are free"):
        _check_memory(entry(), 900_000_000)


def test_what_a_container_holds_of_files_counts_as_free(tmp_path: Path) -> None:
    for name, held in (("memory.max", "9000"), ("memory.current", "8000"), ("memory.stat", "anon 1000\ninactive_file 6000\nactive_file 500\n")):
        (tmp_path / name).write_text(held)
    assert free_memory(tmp_path) == 7_000
    (tmp_path / "memory.max").write_text("max\n")
    assert (free_memory(tmp_path) or 0) > 7_000


def test_one_that_hangs_while_it_starts_can_be_stopped(way: Way) -> None:
    way.weights.write_bytes(b"slow")
    server, said = Server(way), list[str]()

    def lend() -> None:
        try:
            server.lend()
        except AskError as error:
            said.append(str(error))

    threading.Thread(target=lend, daemon=True).start()
    over = time.monotonic() + 20
    while not server.runs and time.monotonic() < over:
        time.sleep(0.01)
    time.sleep(0.2)  # whoever waits for its first line does so now
    assert server._program is not None
    pid = server._program.pid
    os.kill(pid, signal.SIGSTOP)
    stopping = threading.Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(20)
    assert gone(pid)
    assert not stopping.is_alive()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_only_the_cores_that_we_are_let_have_are_counted() -> None:
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from coach.settings import cores; print(cores())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True).stdout == b"1\n"


PARENT = """
import sys, json
from pathlib import Path
from coach.models.server import Server, Way
from tests.models.conftest import entry
way = Way(entry(), Path(sys.argv[1]), 1, 60, json.loads(sys.argv[2]))
server = Server(way)
import threading
threading.Thread(target=server.lend, daemon=True).start()
import time
while server._program is None: time.sleep(0.01)
if sys.argv[3] == "up": server.lend()
print(server._program.pid, flush=True)
if sys.argv[4] == "exit": sys.exit()
time.sleep(60)
"""


@pytest.mark.parametrize("when", ["up", "loading"])
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT", "exit"])
def test_it_ends_with_the_process_that_started_it_however_that_ends(way: Way, when: str, how: str) -> None:
    import json

    if when == "loading":
        way.weights.write_bytes(b"slow")
    command = [sys.executable, "-c", PARENT, str(way.weights), json.dumps(dict(way.environment)), when, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if how != "exit":
            parent.send_signal(signal.Signals[how])
        parent.wait(20)
    assert gone(pid)


def test_a_review_of_many_files_asks_from_one_process(tmp_path: Path, way: Way) -> None:
    """The files of a folder are reviewed in threads where a model answers: no second server is started."""
    from datetime import date

    from coach.batch import Job, _pool
    from coach.settings import load

    settings = load()
    pool = _pool(Job(settings.playbook("default"), settings.at("http://127.0.0.1:9/v1", "m", None), "m", date(2026, 1, 1)), 2)
    try:
        assert pool.submit(os.getpid).result() == os.getpid()
    finally:
        pool.shutdown()


def test_a_model_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"coach model pull builtin` \(1.1 GB\)"):
        Settings(cache=tmp_path).ask("builtin")


def test_without_the_extra_a_sentence_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with (tmp_path / "models" / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").open("wb") as weights:
        weights.truncate(1_117_320_768)  # takes no room
    code = "import sys; sys.modules['xllamacpp'] = None; from coach.cli import main; main()"
    env = {**os.environ, "COACH_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code, "review", "--model", "builtin"], input=b"x", capture_output=True, cwd=ROOT, env=env, check=False)
    assert done.returncode == 2
    assert b"./run model pull" in done.stderr
