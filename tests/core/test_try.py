"""`coach try` and limits on `coach review`: what the server was sent, what was printed, and the exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from coach.cli import main
from coach.evaluation.told import in_time
from tests.core.builders import row
from tests.evaluation.test_command import GOOD, USED
from tests.llm.conftest import Model, bare_environment, fault, listening, model, server

__all__ = ["bare_environment", "listening", "model", "server"]
NOTE = "Call with Dana (ops lead)\nDana said they lose two orders a week because nobody picks up the phone.\nNo money is set aside | see `x`.\n"


@pytest.fixture
def note(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch, bare_environment: None) -> Path:
    """A note, a model that answers, and its price."""
    model.says(GOOD)
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.yaml").write_text("m: {in: 1, out: 2}\n")
    (tmp_path / "note.txt").write_text(NOTE)
    return tmp_path / "note.txt"


def coach(*words: str | Path) -> tuple[int, str, str]:
    done = CliRunner(capture="fd").invoke(main, list(map(str, words)), catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_a_note_is_read_twice_and_printed_side_by_side(note: Path, model: Model) -> None:
    code, out, err = coach("try", note, "--a", "offline", "--b", "model=m")
    assert code == 0, err
    assert "| Set-up | offline analyst | m" in out
    assert f"3 calls, {3 * USED['prompt_tokens']} tokens in, {3 * USED['completion_tokens']} tokens out, $0.0001" in out
    assert "## Evidence" in out
    assert "## Advice of A" in out
    assert "## Advice of B" in out
    assert {"A: Reading for evidence", "B: Reading for evidence", "A: Done", "B: Done"} <= set(err.splitlines())
    assert len(model.bodies) == 3


def test_as_json_both_reviews_are_whole_and_evidence_is_matched(note: Path) -> None:
    code, out, _ = coach("try", note, "--a", "offline", "--b", "offline,playbook=bant", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert (data["a"]["review"]["provenance"]["playbook"], data["b"]["review"]["provenance"]["playbook"]) == ("default", "bant")
    for match in data["evidence"]:
        assert match["which"] in ("same", "differs", "left", "right")
        for letter in ("a", "b"):
            assert match[letter] is None or data[letter]["review"]["evidence"][match[letter]]
    assert sum(match["a"] is not None for match in data["evidence"]) == len(data["a"]["review"]["evidence"])


def test_one_side_that_fails_leaves_the_other(note: Path, model: Model) -> None:
    model.says(fault(401))
    code, out, err = coach("try", note, "--a", "offline", "--b", "model=m")
    assert code == 3
    assert "The endpoint refused the key" in out
    assert "## Advice of A" in out
    assert "## Advice of B" not in out
    assert "B, m: The endpoint refused the key" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        row("the same set-up twice", ("--a", "offline", "--b", "model=offline"), "A and B are the same"),
        row("a key that there is not", ("--b", "mdel=x"), "is no part of a set-up"),
        row("recordings of a note", ("--a", "offline", "--b", "recordings=authored"), "Recordings answer eval cases"),
        row("a prompt set that there is not", ("--a", "offline", "--b", "model=m,prompts=gone"), "gone"),
    ],
)
def test_what_cannot_be_tried_is_a_sentence(note: Path, model: Model, words: tuple[str, ...], said: str) -> None:
    code, _, err = coach("try", note, *words)
    assert code in (2, 3)
    assert said in err
    assert model.bodies == []


def test_both_sides_are_paid_from_one_purse(note: Path, model: Model) -> None:
    code, _, err = coach("try", note, "--a", "model=m", "--b", "model=m,playbook=bant", "--max-calls", "4")
    assert code == 3
    assert "4 calls were made and 4 are allowed" in err
    assert len(model.bodies) == 4


@pytest.mark.parametrize(
    ("words", "sent", "said"),
    [
        row("calls", ("--max-calls", "2"), 2, "2 calls were made and 2 are allowed"),
        row("tokens", ("--max-tokens", "500"), 0, "0 tokens are used and 500 are allowed"),
        row("dollars", ("--max-usd", "0.001"), 0, "$0.00000 are spent and $0.00100 allowed"),
    ],
)
def test_a_review_stops_before_the_request_that_could_cross_its_limit(note: Path, model: Model, words: tuple[str, ...], sent: int, said: str) -> None:
    code, _, err = coach("review", note, "--model", "m", *words)
    assert code == 3
    assert said in err
    assert "--model offline" in err
    assert len(model.bodies) == sent


def test_several_files_share_one_limit(note: Path, model: Model) -> None:
    (note.parent / "notes").mkdir()
    for at in range(4):
        (note.parent / "notes" / f"{at}.txt").write_text(f"{NOTE}{at}\n")
    code, out, _ = coach("review", note.parent / "notes", "--model", "m", "--jobs", "4", "--max-calls", "7")
    assert code == 3
    assert len(model.bodies) == 7
    assert len(out.splitlines()) <= 2


def test_dollars_without_a_price_are_refused_before_anything_is_sent(note: Path, model: Model) -> None:
    code, _, err = coach("review", note, "--model", "other", "--max-usd", "1")
    assert code == 2
    assert "No price of other is known" in err
    assert model.bodies == []


def test_a_span_of_time_is_said_as_people_do() -> None:
    assert [in_time(seconds) for seconds in (2, 80, 200)] == ["about 2 s", "about 80 s", "about 3 min"]
