"""Which cases are listed, in which order, and that holdout cases are counted and not named."""

import pytest

from coach.evaluation.flips import failing, faults, flips, judged
from coach.evaluation.gate import Finding
from coach.evaluation.sides import Side, of_run
from tests.evaluation.runs import case, result, run

A, B, C, D = case("a"), case("b", 2), case("c"), case("d")
H = case("h", split="holdout")


def side(*pairs: object) -> Side:
    return of_run("x", run(*pairs))  # type: ignore[arg-type]


def test_a_false_yes_comes_first_then_what_broke_moved_and_was_mended() -> None:
    before = side(result(A, 2), result(B, 2), result(C, 2), result(D, 1))
    now = side(result(A, 1), result(B, 1), result(C, "undetermined"), result(D, 2))
    found = flips(before, now, holdout=False)
    assert [(turn.about.id, turn.way) for turn in found.turns] == [("d", "false yes"), ("b", "broken"), ("c", "moved"), ("a", "mended")]
    assert "said 2" in found.turns[0].why
    assert found.turns[-1].why == ""


def test_a_case_that_did_not_change_is_no_flip() -> None:
    assert flips(side(result(A, 2)), side(result(A, 2)), holdout=True).turns == ()


def test_holdout_cases_are_counted_and_not_named_until_somebody_asks() -> None:
    before, now = side(result(A, 1), result(H, 1)), side(result(A, 2), result(H, 2))
    shut, opened = flips(before, now, holdout=False), flips(before, now, holdout=True)
    assert [turn.about.id for turn in shut.turns] == ["a"]
    assert shut.hidden == {"false yes": 1}
    assert [turn.about.id for turn in opened.turns] == ["a", "h"]
    assert opened.hidden == {}


def test_without_a_comparison_the_failing_cases_are_listed_false_yes_first() -> None:
    found = failing(side(result(B, 1), result(A, 2), result(C, 1), result(H, 2)), holdout=False)
    assert [(turn.about.id, turn.way) for turn in found.turns] == [("a", "false yes"), ("b", "wrong")]
    assert found.hidden == {"false yes": 1}


def test_a_case_without_an_answer_fails_with_its_reason() -> None:
    assert failing(side(result(A, None)), holdout=False).turns[0].why == "no connection"


@pytest.mark.parametrize(
    "finding",
    [
        Finding("must pass", "h has to pass and does not: said 2", True, "h"),
        Finding("infrastructure", "1 of 2 cases got no answer, first h: no connection", True),
        Finding("exact", "canary stays in: 1 of 2 do not. the canary came back: “secret words”", True, "h"),
    ],
    ids=lambda finding: finding.kind,
)
def test_a_finding_on_a_holdout_case_says_how_many_and_neither_name_nor_words(finding: Finding) -> None:
    answered = run(result(A, 1), result(H, 2))
    told = judged(answered, [finding], holdout=False)
    assert not told.passed
    assert told.line.endswith(f"1 more on the holdout ({finding.kind}), not named here.")
    assert finding.text in judged(answered, [finding], holdout=True).line


def test_the_verdict_is_one_line_and_the_rest_stands_apart() -> None:
    told = judged(run(result(A, 1)), [Finding("note", "No baseline yet.", False)], holdout=False)
    assert (told.passed, told.line, told.rest) == (True, "offline: passed the gate. 1 cases.", ("No baseline yet.",))


def test_what_makes_a_case_fail_stands_before_what_is_merely_imperfect() -> None:
    found = faults(result(A, 2))
    assert [(fault.title, fault.decides) for fault in found] == [("stage right", True)]
    assert found[0].why == ("said 2, gold 1",)
