"""`coach store` and `coach corrections` as a user runs them, on a database of the test's own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.cli import main
from coach.corrected import Said, found, row_of
from coach.evaluation.cases import load_cases
from coach.llm.analyst import Analyst
from coach.readers import read
from coach.review import review
from coach.settings import Settings, load
from coach.store import RunRow, Store
from tests.core.builders import TODAY, playbook
from tests.core.test_corrected import NOTE
from tests.evaluation.builders import eval_folder, whole_set

TALK = read(NOTE)


def coach(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a database and an eval folder of this test."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COACH_MODEL", "COACH_CACHE_REPLIES", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COACH_DATABASE", str(tmp_path / "coach.db"))
    monkeypatch.setenv("COACH_EVALS", str(eval_folder(tmp_path / "evals", *whole_set())))
    monkeypatch.setenv("COACH_RUNS", str(tmp_path / "runs"))
    return load()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store that holds a reply and two corrections on one note, the second ten days old."""
    store = settings.store()
    now = settings.now()
    made = review(TALK, playbook(), Analyst(), TODAY)
    store.replies.put("k", "reply", now)
    said = Said(kind="missed", criterion="need", polarity="supports", quote=found("picks up the phone", TALK), why="Zora Quill said so.")
    store.corrections.add(row_of(said, made, TALK, now, "1"))
    store.corrections.add(row_of(Said(kind="good"), made, TALK, now - timedelta(days=10), "1"))
    yield store
    store.close()


def test_status_says_where_the_database_is_and_how_much_is_in_it(store: Store) -> None:
    said = coach("store", "status").output.splitlines()
    assert said[0] == f"{store.where}, schema 0001"
    assert [line.split(",")[0].split() for line in said[1:]] == [["replies", "1"], ["corrections", "2"], ["runs", "0"]]


def test_migrate_makes_a_database_where_there_is_none(settings: Settings, tmp_path: Path) -> None:
    assert "schema 0001" in coach("store", "migrate").output
    assert (tmp_path / "coach.db").is_file()


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--replies", "--all"), (0, 2)),
        (("--corrections", "--older-than", "5"), (1, 1)),
        (("--corrections", "--older-than", "50"), (1, 2)),
        (("--replies", "--corrections", "--runs", "--all"), (0, 0)),
    ],
)
def test_forget_deletes_what_it_is_told_and_no_more(words: tuple[str, ...], left: tuple[int, int], store: Store) -> None:
    assert coach("store", "forget", *words).exit_code == 0
    assert (store.replies.held().count, store.corrections.held().count) == left


@pytest.mark.parametrize("words", [(), ("--replies",), ("--all",), ("--replies", "--all", "--older-than", "1"), ("--older-than", "1")])
def test_forget_that_does_not_say_what_and_how_much_deletes_nothing(words: tuple[str, ...], store: Store) -> None:
    done = coach("store", "forget", *words)
    assert done.exit_code == 2
    assert "Say " in done.stderr
    assert (store.replies.held().count, store.corrections.held().count) == (1, 2)


def test_corrections_are_listed_and_shown_without_anybodys_name(store: Store) -> None:
    listed = coach("corrections", "list").output.splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2"]
    assert coach("corrections", "list", "--kind", "good").output.split()[0] == "2"
    shown = coach("corrections", "show", "1").output
    assert "“picks up the phone”" in shown
    assert "Why: Person1 said so." in shown
    assert "Zora" not in shown
    assert "Quill" not in shown


def test_a_correction_becomes_a_case_that_lint_accepts_and_is_done(store: Store, settings: Settings) -> None:
    done = coach("corrections", "to-case", "1", "--id", "phones-ring-out", "--by", "jd")
    assert done.exit_code == 0, done.stderr
    assert "from 2 corrections" in done.output
    case = next(case for case in load_cases(settings.evals / "cases") if case.id == "phones-ring-out")
    assert (case.source.origin, case.source.author) == ("correction", "jd")
    assert "picks up the phone" in [quote.text for quote in case.gold.criteria["need"].quotes]
    assert [row.state for row in store.corrections.newest()] == ["done", "done"]
    lint = coach("eval", "lint")
    assert "phones-ring-out" not in lint.output
    again = coach("corrections", "to-case", "1", "--id", "phones-ring-out")
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_what_is_exported_is_a_line_of_json_each(store: Store) -> None:
    lines = [json.loads(line) for line in coach("corrections", "export").output.splitlines()]
    assert [line["said"]["kind"] for line in lines] == ["missed", "good"]
    assert "Zora" not in json.dumps(lines)


@pytest.mark.parametrize("words", [("show", "99"), ("to-case", "99")])
def test_a_correction_that_is_not_there_has_a_sentence(words: tuple[str, ...], store: Store) -> None:
    done = coach("corrections", *words)
    assert done.exit_code == 2
    assert "There is no correction 99" in done.stderr


def test_a_database_that_cannot_be_used_is_exit_code_2_with_a_sentence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "coach.db").write_bytes(b"no database" * 500)
    for words in (("store", "status"), ("corrections", "list"), ("store", "migrate")):
        done = coach(*words)
        assert done.exit_code == 2
        assert "is damaged or no database" in done.stderr


def test_a_run_is_listed_and_a_store_that_fails_fails_no_run(settings: Settings, tmp_path: Path) -> None:
    assert coach("eval", "run", "--case", "dev-no").exit_code == 0
    assert "1 of 1 passed 0 false yes offline analyst" in coach("store", "runs").output
    (tmp_path / "coach.db").write_bytes(b"no database" * 500)
    other = tmp_path / "other"
    other.write_text("a file")
    done = CliRunner().invoke(main, ["eval", "run", "--case", "dev-no", "--out", str(tmp_path / "second")], env={"COACH_DATABASE": str(other / "coach.db")})
    assert done.exit_code == 0
    assert "not listed by `coach store runs`" in done.stderr


def test_a_run_row_takes_no_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="timezone"):
        RunRow.model_validate({"name": "r", "at": "2026-03-02T10:00:00", "suite": "s", "model": "m", "prompts": None, "cases": 0, "passed": 0, "summary": "{}"})


def test_a_correction_of_a_number_that_no_row_has_is_refused_with_exit_code_2() -> None:
    for command in ("show", "to-case"):
        done = coach("corrections", command, "9" * 24)
        assert (done.exit_code, "is not in the range" in done.output) == (2, True)
