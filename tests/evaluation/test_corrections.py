"""Kept corrections -> a case: what is filled in, and what a person is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from coach.corrected import Kept, Said, found, opened, row_of
from coach.errors import InputError
from coach.evaluation.cases import EvalCase, parse_case
from coach.evaluation.corrections import drafted, found_by_lint, to_fill
from coach.evaluation.writing import case_yaml
from coach.llm.analyst import Analyst
from coach.readers import read
from coach.review import review
from tests.core.builders import TODAY, playbook
from tests.core.test_corrected import NOTE

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TALK = read(NOTE)
MADE = review(TALK, playbook(), Analyst(), TODAY)


def kept(*said: Said) -> list[Kept]:
    """Corrections on the one note, the newest first."""
    rows = [row_of(one, MADE, TALK, NOW + timedelta(minutes=at), "1").model_copy(update={"id": at}) for at, one in enumerate(said)]
    return [opened(row) for row in reversed(rows)]


def missed(words: str, criterion: str, polarity: str = "supports") -> Said:
    return Said.model_validate({"kind": "missed", "criterion": criterion, "polarity": polarity, "quote": found(words, TALK)})


def wrong(at: int) -> Said:
    item = MADE.evidence[at]
    return Said(kind="not_evidence", criterion=item.criterion, polarity=item.polarity, quote=item.quote)


def made(*said: Said) -> EvalCase:
    return drafted(kept(*said), playbook())


def test_a_good_review_becomes_a_case_that_lint_accepts() -> None:
    case = made(Said(kind="good"))
    assert (case.gold.stage, case.source.origin, case.tags, case.as_of) == (MADE.verdict.stage, "correction", ("correction",), TODAY)
    assert "Zora" not in case_yaml(case)
    assert found_by_lint(case, [], playbook()) == []
    assert parse_case(case_yaml(case), "x") == case


def test_words_that_are_no_evidence_are_struck_out_and_become_a_trap() -> None:
    at = next(at for at, e in enumerate(MADE.evidence) if e.basis != "hope")
    case = made(wrong(at))
    struck = kept(wrong(at))[0].said.quote
    assert struck is not None
    gold = case.gold.criteria[MADE.evidence[at].criterion]
    assert struck.text not in [quote.text for quote in gold.quotes]
    assert [trap.text for trap in case.traps] == [struck.text]


def test_a_criterion_whose_only_words_are_none_was_not_talked_about() -> None:
    alone = next(row for row in MADE.criteria if len(row.evidence) == 1)
    assert made(wrong(alone.evidence[0])).gold.criteria[alone.id].status == "missing"


def test_words_that_were_missed_are_gold_and_the_criterion_stands_with_them() -> None:
    gone = next(row.id for row in MADE.criteria if not row.evidence)
    met, risk = made(missed("picks up the phone", gone)), made(missed("picks up the phone", gone, "undermines"))
    assert (met.gold.criteria[gone].status, risk.gold.criteria[gone].status) == ("met", "at_risk")
    assert met.gold.criteria[gone].quotes[0].text == "picks up the phone"
    assert found_by_lint(met, [], playbook()) == []


def test_all_corrections_on_one_note_go_into_one_case_and_the_last_word_on_the_stage_counts() -> None:
    first = Said(kind="wrong_stage", stage="undetermined", why="He never met her.")
    last = Said(kind="wrong_stage", stage=2, why="She had signed the day before.")
    gone = next(row.id for row in MADE.criteria if not row.evidence)
    case = made(first, missed("picks up the phone", gone), last)
    assert (case.gold.stage, case.gold.why, case.gold.decided_by) == (2, "She had signed the day before.", ())
    assert case.gold.criteria[gone].status == "met"


def test_what_code_cannot_know_is_asked_for_in_sentences() -> None:
    asked = to_fill(made(Said(kind="wrong_stage", stage=2)), [], playbook())
    assert any("decided_by is empty" in line for line in asked)
    assert any("which yes it is" in line for line in asked)
    assert all(line[-1] in ".!" for line in asked)


def test_a_case_whose_id_is_none_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match="makes no case"):
        drafted(kept(Said(kind="good")), playbook(), id="Not An Id")


def test_a_review_held_against_another_playbook_becomes_a_case_of_this_one() -> None:
    book = playbook("bant")
    done = review(TALK, book, Analyst(), TODAY)
    one = opened(row_of(Said(kind="good"), done, TALK, NOW, "1"))
    case = drafted([one], playbook())
    assert set(case.gold.criteria) == {criterion.id for criterion in playbook().criteria}
    assert found_by_lint(case, [], playbook()) == []
