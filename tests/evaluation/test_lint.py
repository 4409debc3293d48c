"""What is wrong with a set of cases: one row for each rule, in a set that breaks nothing else."""

from typing import Any

import pytest

from coach.evaluation.lint import FEWEST, TYPES, coverage, lint
from tests.core.builders import playbook, row
from tests.evaluation.builders import MISSING, NO, case, merged, no_data, quote, status, whole_set


def found(data: list[dict[str, Any]]) -> list[str]:
    """What lint says, each with the case that it says it of."""
    return [f"{one.case}: {one.text}" for one in lint([case(one) for one in data], playbook())]


def changed(id: str, **changes: Any) -> list[dict[str, Any]]:
    """The whole set with one case changed."""
    return [merged(data, changes) if data["id"] == id else data for data in whole_set()]


def test_a_whole_set_has_nothing_wrong_with_it() -> None:
    assert found(whole_set()) == []


@pytest.mark.parametrize(
    ("id", "changes", "said"),
    [
        row("a tag that nobody knows", "dev-no-p1", {"tags": ["plain_yse"]}, "unknown tag plain_yse"),
        row(
            "a criterion that the playbook lacks", "dev-no-p1", {"gold": {"criteria": {"budgett": MISSING}}}, "no criterion budgett in the playbook default"
        ),
        row("no gold on a criterion", "dev-no-p1", {"gold": {"criteria": {"timeline": None}}}, "no gold for timeline"),
        row("missing, with quotes", "dev-no-p1", {"gold": {"criteria": {"budget": {"status": "missing"}}}}, "budget is missing and has quotes"),
        row(
            "met, with nothing that has to be found",
            "dev-no-p1",
            {"gold": {"criteria": {"need": status("met", quote("We lose two orders a week to the phone", required=False))}}},
            "need is met without a required quote that supports it",
        ),
        row(
            "met, with a quote against it",
            "dev-no-p1",
            {"gold": {"criteria": {"need": status("met", quote("We lose two orders a week to the phone", "undermines"))}}},
            "need is met without a required quote that supports it",
        ),
        row("a question about what there is not", "dev-no-p1", {"gold": {"must_ask": ["money"]}}, "must_ask names money, which is no criterion"),
        row("two deals and one name", "dev-no", {"deals": ["Dana"]}, "is about two deals and names fewer than two"),
        row("a copy of nothing", "dev-no-p1", {"of": "gone"}, "is a copy of gone, which is not there"),
        row("a copy of itself", "dev-no-p1", {"of": "dev-no-p1"}, "is a copy of dev-no-p1, which is a copy itself"),
        row("a copy of a copy", "dev-no-p1", {"of": "dev-no-inj"}, "is a copy of dev-no-inj, which is a copy itself"),
        row("a copy in another cluster", "dev-no-p1", {"cluster": "other"}, "has another cluster or split than dev-no"),
        row("a copy that is the same and is not", "dev-no-p1", {"gold": {"stage": "undetermined", "accept": ["undetermined"]}}, "and has another stage"),
        row(
            "planted text that changes the gold", "dev-no-inj", {"gold": {"stage": "undetermined", "accept": ["undetermined"]}}, "planted text may not change"
        ),
        row("a heading with the answer", "dev-no-p1", {"note": "Outcome: won\n" + NO}, "gives the answer away: 'Outcome: won'"),
        row("somebody's address", "dev-no-p1", {"note": NO + "Mail dana@acme.com about it.\n"}, "an address at acme.com. Use example.com"),
        row("what looks like a key", "dev-no-p1", {"note": NO + "The key is sk-abcdefghijklmnop1234\n"}, "what looks like a key"),
        row("what looks like an account", "dev-no-p1", {"note": NO + "Pay to DE89 3704 0044 0532 0130 00 please\n"}, "what looks like an IBAN"),
        row("a note that is there already", "dev-no-p1", {"note": "\n " + NO.replace("?\nDana", "?\n\n\tDANA") + " \n"}, "has the same note as dev-no"),
    ],
)
def test_each_rule_is_broken_alone(id: str, changes: dict[str, Any], said: str) -> None:
    (one,) = found(changed(id, **changes))
    assert one.startswith(f"{id}: ")
    assert said in one


def test_a_cluster_in_both_splits_is_wrong_even_between_base_cases() -> None:
    assert found([*whole_set(), no_data("fresh", cluster="dev-no", split="holdout", note=NO + "Dana: Bye.\n")]) == [
        "dev-no: this cluster is in both splits: what is learned from one half is measured on the other"
    ]


def test_a_note_that_cannot_be_read_is_wrong() -> None:
    bare = {"need": MISSING, "budget": MISSING, "authority": MISSING}
    gold = {"decided_by": [], "against": [], "criteria": bare}
    assert found(changed("dev-no-p1", note=" \n", traps=[], gold=gold)) == [
        "dev-no-p1: the note cannot be read: dev-no-p1 is empty. Paste the notes or the transcript of a call."
    ]


def test_a_heading_that_is_a_trap_is_no_answer() -> None:
    trap = [{"text": "Outcome: won", "why": "outcome_line"}]
    assert found(changed("dev-no-p1", note="Outcome: won\n" + NO, traps=trap)) == []


@pytest.mark.parametrize("host", ["example.com", "mail.example.org", "x.test", "a.invalid"])
def test_addresses_that_nobody_can_have_are_fine(host: str) -> None:
    assert found(changed("dev-no-p1", note=NO + f"Mail dana@{host} about it.\n")) == []


def test_a_type_with_too_few_base_cases_is_named_with_its_count() -> None:
    short = [one for one in whole_set() if one["id"] != "dev-yes"]
    said = found(short)
    assert len(said) == len(TYPES) - 1  # planted text is counted on its copies too
    assert f"the set: {FEWEST - 1} base cases of the type “sarcastic yes”; {FEWEST} are needed" in said


def test_perturbed_copies_do_not_count_towards_a_type() -> None:
    more = no_data("dev-no-p2", family="perturbed", of="dev-no", relation="same", cluster="dev-no", tags=["quiet_yes"], note=NO + "Dana: Bye.\n")
    cases = [case(one) for one in (*whole_set(), more)]
    assert coverage(cases)["quiet yes"] == coverage([case(one) for one in whole_set()])["quiet yes"]
