"""Many files at once: in order, each for itself, and taken up again where a run was cut off."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from coach.answering import OFFLINE
from coach.batch import File, Job, Outcome, files_in, printable, run
from coach.errors import InputError
from coach.journal import Journal
from coach.settings import Settings
from tests.core.builders import ROOT, TODAY, playbook, row
from tests.core.test_cli import NOTE, coach, environment, folder_of, without_seconds

TALK = "Rep: How did the trial go?\nDana (CFO): We lose two orders a week, and nothing is set aside this year. My boss decides.\n"


def names(stdout: bytes) -> list[str]:
    return [json.loads(line)["source"]["name"] for line in stdout.splitlines()]


def many(folder: Path, count: int = 12) -> Path:
    """A folder of calls of different lengths, the longest in the middle, enough of them for several processes."""
    for at in range(count):
        (folder / f"call-{at:02}.txt").write_text(TALK * (100 * (1 + at % 5)), encoding="utf-8")
    return folder


def job(**changed: Any) -> Job:
    return Job(playbook(), Settings(prompts=ROOT / "prompts"), OFFLINE, TODAY)._replace(**changed)


# What is found.


def test_a_folder_is_searched_for_every_file_that_is_not_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a.unheard_of", "no-ending", "sub/c.vtt", ".hidden", ".git/config", "sub/.cache/x.txt", "sub/Z.TXT"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(NOTE, encoding="utf-8")
    assert [file.name for file in files_in((str(tmp_path),))] == ["a.unheard_of", "b.txt", "no-ending", "sub/Z.TXT", "sub/c.vtt"]


def test_a_folder_without_files_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text(NOTE, encoding="utf-8")
    with pytest.raises(InputError, match="holds no files"):
        files_in((str(tmp_path),))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        row("plain", "notes.txt", "notes.txt"),
        row("turned round", "a\u202etxt.exe", "a?txt.exe"),
        row("an escape", "a\x1b[2Jb", "a?[2Jb"),
        row("a line", "a\nb", "a?b"),
    ],
)
def test_a_name_does_nothing_to_a_terminal(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    done = coach("review", str(folder_of(tmp_path, a__txt=NOTE)))
    assert done.returncode == 2
    assert b"huge.txt has 200 MB" in done.stderr
    assert names(done.stdout) == ["a.txt"]


# In order, side by side.


def test_files_reviewed_in_processes_come_out_as_one_after_the_other(tmp_path: Path) -> None:
    many(tmp_path)
    folder_of(tmp_path, call_03x__txt=b"\x00\x01\x02" * 50)
    one, two = (coach("review", str(tmp_path), "--jobs", jobs, "--today", "2026-03-02") for jobs in ("1", "2"))
    assert one.returncode == two.returncode == 2
    assert b"call_03x.txt is a binary file" in two.stderr
    assert [without_seconds(line) for line in two.stdout.splitlines()] == [without_seconds(line) for line in one.stdout.splitlines()]
    assert names(two.stdout) == [f"call-{at:02}.txt" for at in range(12)]


def test_each_outcome_is_told_as_soon_as_it_is_there_and_given_in_order(tmp_path: Path) -> None:
    files = files_in((str(many(tmp_path)),))
    told: list[str] = []
    given = [outcome.name for outcome in run(files, job(), 2, lambda file, outcome: told.append(outcome.name))]
    assert given == [file.name for file in files]
    assert sorted(told) == sorted(given)
    assert told[0].endswith(("04.txt", "09.txt")), "the longest are begun first"


def test_explain_says_how_each_verdict_came_about_under_the_name_of_its_file(tmp_path: Path) -> None:
    folder_of(tmp_path, a__txt=NOTE, b__txt=NOTE)
    told = coach("review", str(tmp_path), "--explain").stderr.decode()
    assert all(f"{name}: Reading for evidence" in told and f"{name}: rule “" in told for name in ("a.txt", "b.txt"))


def test_progress_is_told_on_standard_error_once_it_has_taken_a_second(tmp_path: Path) -> None:
    for at in range(12):
        (tmp_path / f"call-{at:02}.txt").write_text(TALK * 800, encoding="utf-8")
    done = coach("review", str(tmp_path), "--jobs", "1")
    assert done.returncode == 0
    assert b" of 12 files, " in done.stderr


# Taken up again.


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


def test_a_run_that_was_killed_half_way_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder, memory = tmp_path / "calls", tmp_path / "memory"
    folder.mkdir()
    many(folder, 16)
    words = ("review", str(folder), "--resume", str(memory), "--jobs", "2", "--today", "2026-03-02")
    command = [sys.executable, "-m", "coach.cli", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while len(lines_of(memory)) < 4 and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    before = lines_of(memory)
    assert 4 <= len(before) < 17, "killed too late to show anything"
    again = coach(*words)
    assert again.returncode == 0, again.stderr.decode()
    whole = [line for line in before if line.endswith(b"\n")]
    assert lines_of(memory)[: len(whole)] == whole, "what was done is not done again"
    assert len(lines_of(memory)) == 17
    fresh = coach("review", str(folder), "--today", "2026-03-02")
    assert [without_seconds(line) for line in again.stdout.splitlines()] == [without_seconds(line) for line in fresh.stdout.splitlines()]


def test_the_processes_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    for at in range(8):
        (tmp_path / f"call-{at}.txt").write_text(TALK * 3_000, encoding="utf-8")
    command = [sys.executable, "-m", "coach.cli", "review", str(tmp_path), "--jobs", "2"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        children: list[int] = []
        while len(children) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
            children = [pid for pid in _children(process.pid) if b"spawn_main" in _command(pid)]
        process.kill()
    assert len(children) == 2
    while any(b"spawn_main" in _command(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(b"spawn_main" in _command(pid) for pid in children)


def _children(pid: int) -> list[int]:
    return [int(word) for task in Path(f"/proc/{pid}/task").glob("*/children") for word in task.read_text().split()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_line_that_was_cut_off_is_taken_off_and_its_file_reviewed_again(tmp_path: Path) -> None:
    folder, memory = tmp_path / "calls", tmp_path / "memory"
    folder.mkdir()
    folder_of(folder, a__txt=NOTE, b__txt=NOTE)
    words = ("review", str(folder), "--resume", str(memory))
    first = coach(*words)
    whole = lines_of(memory)
    for cut in (len(whole[0]) + len(whole[1]) + 50, len(whole[0]) - 3, 3, 0):
        memory.write_bytes(b"".join(whole)[:cut])
        again = coach(*words)
        assert again.returncode == 0, again.stderr.decode()
        assert [without_seconds(line) for line in again.stdout.splitlines()] == [without_seconds(line) for line in first.stdout.splitlines()]
        assert len(lines_of(memory)) == 3
        assert all(json.loads(line) for line in lines_of(memory))


def test_a_file_that_changed_is_reviewed_again_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    folder, memory = tmp_path / "calls", tmp_path / "memory"
    folder.mkdir()
    folder_of(folder, a__txt=NOTE, b__txt=NOTE, c__txt=b"")
    words = ("review", str(folder), "--resume", str(memory))
    assert coach(*words).returncode == 2
    folder_of(folder, b__txt=NOTE + " She signed the contract.")
    again = coach(*words)
    assert again.returncode == 2, "the sentence of the file that cannot be read is told again"
    assert b"c.txt is empty" in again.stderr
    assert len(lines_of(memory)) == 1 + 3 + 1
    assert names(again.stdout) == ["a.txt", "b.txt"]


def test_what_a_run_writes_into_the_folder_that_it_reads_is_not_read(tmp_path: Path) -> None:
    folder_of(tmp_path, a__txt=NOTE)
    for _ in range(2):
        with (tmp_path / "out.jsonl").open("wb") as out:
            command = [sys.executable, "-m", "coach.cli", "review", str(tmp_path), "--resume", str(tmp_path / "memory")]
            done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.PIPE, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert names((tmp_path / "out.jsonl").read_bytes()) == ["a.txt"]


def test_the_day_is_that_of_the_run_that_is_taken_up(tmp_path: Path) -> None:
    note, memory = folder_of(tmp_path, a__txt=NOTE) / "a.txt", tmp_path / "memory"
    coach("review", str(note), "--resume", str(memory), "--today", "2026-01-05")
    folder_of(tmp_path, a__txt=NOTE + " Bye.")
    done = coach("review", str(note), "--resume", str(memory))
    assert json.loads(done.stdout)["provenance"]["today"] == "2026-01-05"


@pytest.mark.parametrize(
    ("more", "told"),
    [row("another playbook", ("--playbook", "bant"), "another playbook"), row("another day", ("--today", "2026-01-06"), "another today")],
)
def test_the_memory_of_another_run_is_refused_and_left_as_it_is(tmp_path: Path, more: tuple[str, ...], told: str) -> None:
    note, memory = folder_of(tmp_path, a__txt=NOTE) / "a.txt", tmp_path / "memory"
    coach("review", str(note), "--resume", str(memory), "--today", "2026-01-05")
    before = memory.read_bytes()
    done = coach("review", str(note), "--resume", str(memory), *more)
    assert (done.returncode, done.stdout) == (2, b"")
    assert told in done.stderr.decode()
    assert memory.read_bytes() == before


@pytest.mark.parametrize("text", ["my notes\n", "[]\n", '{"run": {}}\n', '{"run": {"today": "soon"}}\n', "no line end", "[" * 100_000 + "\n"])
def test_a_file_that_is_no_memory_of_a_run_is_never_written_to(tmp_path: Path, text: str) -> None:
    memory = folder_of(tmp_path, memory=text) / "memory"
    with pytest.raises(InputError, match="left as it is"):
        Journal(memory)
    assert memory.read_text() == text


def test_a_failure_of_the_model_is_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "memory")
    journal.begin(job())
    file = File("a.txt", None, b"a")
    journal.keep(file, Outcome(name="a.txt", code=3, error="a.txt: no"))
    journal.keep(File("b.txt", None, b"b"), Outcome(name="b.txt", code=2, error="b.txt: no"))
    again = Journal(tmp_path / "memory")
    assert again.known(file) is None
    assert again.known(File("b.txt", None, b"b")) == Outcome(name="b.txt", code=2, error="b.txt: no")
    assert again.known(File("b.txt", None, b"c")) is None


# Several conversations in one file.

TABLE = """Record ID,Call Title,Call notes,Activity date
1,Northgate,Dana said it costs us 40 grand a quarter. No budget this year. CFO Marcus signs.,2026-03-01
2,Payload,Mia owns the bakery. Mia said we are buying it and I sign today.,2026-03-01
"""


def test_each_conversation_of_a_table_has_a_line_of_its_own(tmp_path: Path) -> None:
    table = folder_of(tmp_path, calls__csv=TABLE, note__txt=NOTE) / "calls.csv"
    one, folder = coach("review", str(table)), coach("review", str(tmp_path))
    assert (one.returncode, folder.returncode) == (0, 0), one.stderr.decode()
    assert len(names(one.stdout)) == 2
    assert len(set(names(folder.stdout))) == 3
    assert all(name.startswith("calls.csv") for name in names(one.stdout))


def test_several_conversations_cannot_be_written_as_one_page(tmp_path: Path) -> None:
    table = folder_of(tmp_path, calls__csv=TABLE) / "calls.csv"
    done = coach("review", str(table), "--format", "md")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"holds 2 conversations" in done.stderr
