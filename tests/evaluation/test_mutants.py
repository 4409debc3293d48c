"""The perfect reader passes, every seeded defect is noticed, and the answers that look at nothing do badly."""

import json

import pytest

from coach.answering import REPLIES
from coach.ask import Brief
from coach.errors import CoachError
from coach.evaluation.bench import CORES
from coach.evaluation.cases import EvalCase, load_cases
from coach.evaluation.dumb import dumb_run
from coach.evaluation.metrics import BY_ID, METRICS, Prices, figure
from coach.evaluation.mutants import MUTANTS, Mutant, broken, mutate, mutated
from coach.evaluation.oracle import Dictated, Oracle, pointers
from coach.evaluation.recording import spread
from coach.evidence import Extract
from coach.llm.asker import Asker, Sent
from coach.prompting import PromptSet
from coach.readers import read
from tests.core.builders import ROOT, TODAY, playbook
from tests.evaluation.builders import MISSING, fraction, no_case, scored, seen, yes_case

MOST = 40


@pytest.fixture(scope="module")
def shipped() -> list[EvalCase]:
    return load_cases(ROOT / "evals" / "cases")


def test_every_seeded_defect_in_forty_cases_is_noticed(shipped: list[EvalCase]) -> None:
    rare = [case for case in shipped if case.canary or case.deals]
    cases = list({case.id: case for case in (*spread(shipped, MOST - 6), *rare[:3], *(case for case in shipped if case.deals)) }.values())[:MOST]
    outcomes = mutated(cases, playbook(), min(2, CORES))
    assert [(one.mutant.id, one.escaped) for one in outcomes if one.escaped] == []
    assert [one.mutant.id for one in outcomes if not one.tried] == []
    assert sum(one.tried for one in outcomes) > 10 * len(MUTANTS)


def test_a_scorer_that_notices_nothing_lets_its_mutant_escape() -> None:
    harmless = Mutant("nothing is broken", "stage", shows=lambda clean: clean.review)
    assert broken(harmless, seen(no_case())) is not None
    assert fraction(broken(harmless, seen(no_case())), "stage") == (1, 1)  # type: ignore[arg-type]


def test_every_mutant_names_a_metric_and_breaks_one_thing() -> None:
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        assert mutant.metric in BY_ID
        assert (mutant.says is None) != (mutant.shows is None)


def test_every_metric_that_scorers_count_has_a_mutant() -> None:
    proved = {mutant.metric for mutant in MUTANTS}
    from_the_base = {"cost", "twin_equal", "holds", "same_as_base"}
    assert {metric.id for metric in METRICS} - proved == from_the_base


def test_a_case_that_is_not_perfect_to_begin_with_is_not_tried() -> None:
    wrong = no_case(gold={"stage": "undetermined", "accept": ["undetermined"]})  # the rules say stage 1
    tried = {one.mutant.id: one.tried for one in mutate([wrong], playbook())}
    assert tried["a yes that is none, as a wrong stage"] == 0
    assert tried["met and is not"] == 1


def test_where_too_few_words_settle_that_nobody_sells_that_defect_has_no_place() -> None:
    bare = dict.fromkeys(("need", "budget", "authority"), MISSING)
    gold = {"sales": False, "decided_by": [], "against": [], "criteria": bare, "stage": "undetermined", "accept": ["undetermined"], "must_ask": []}
    outcomes = {one.mutant.id: one for one in mutate([no_case(note="ok. bye", traps=[], gold=gold)], playbook())}
    assert outcomes["selling where nobody sells, or the reverse"].tried == 0
    assert not [one.mutant.id for one in outcomes.values() if one.escaped]


@pytest.mark.parametrize("case", [yes_case(), no_case()], ids=["yes", "no"])
def test_a_perfect_reader_is_right(case: EvalCase) -> None:
    found = scored(seen(case))
    for metric in ("stage", "sales", "status", "evidence_recall", "evidence_precision", "raw_grounding", "shown_grounding", "line_id", "side"):
        assert found[metric].hits == found[metric].of, found[metric]


def test_the_perfect_reader_beats_the_answers_that_look_at_nothing(shipped: list[EvalCase]) -> None:
    base = [case for case in spread(shipped, 60) if case.family == "base"]
    right = sum(scored(seen(case), "stage")["stage"].hits for case in base) / len(base)
    for name in ("always stage 1", "keywords"):
        run = dumb_run(name, base, Prices())
        stage, cost = (figure(BY_ID[id], run.results).rate for id in ("stage", "cost"))
        assert stage is not None
        assert cost is not None
        assert stage < 0.75 < right
        assert cost > 0.3


def test_gold_words_over_several_lines_are_pointed_at_line_by_line() -> None:
    note = "Dana: We lose orders.\nMia (sales): How many?\nDana: Two a week."
    conversation = read(note)
    found = pointers("We lose orders.\nMia (sales): How many?\nDana: Two", note, conversation)
    assert [one.quote for one in found] == ["We lose orders.", "How many?", "Two"]
    assert [one.line for one in found] == [0, 1, 2]


def test_what_is_dictated_goes_through_prompts_and_parsing_and_comes_out_as_the_gold() -> None:
    case = no_case()
    chat = Dictated(case)
    request = Extract(brief=Brief(conversation=read(case.note, case.id), playbook=playbook(), today=TODAY))
    answer = chat.over(Asker(chat, PromptSet(ROOT / "prompts" / "default"), REPLIES))(request)
    assert answer.reply == Oracle(case)(request).reply
    json.dumps(answer.reply.model_dump(mode="json"))


def test_a_chat_that_nobody_told_what_to_say_fails_loudly() -> None:
    with pytest.raises(CoachError, match="Nothing was dictated for extract"):
        Dictated(no_case())(Sent(task="extract", model="gold", messages=(), format="plain", schema_={}))
