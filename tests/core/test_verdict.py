"""One row for each rule, and the traps between the rules. A false yes costs most, so most rows end in stage 1."""

from itertools import product

import pytest

from coach.commitment import CanDecide, Level, Object, Opinion
from coach.conversation import Side
from coach.grounding import Basis, Evidence
from coach.verdict import RULES, Sight, Status, Verdict, decide, standings
from tests.core.builders import at, evidence, playbook, row, sight, yes

ORDER = [
    "unreadable",
    "nobody sells",
    "taken back",
    "refused",
    "only hope",
    "condition open",
    "cannot decide",
    "must-have fails",
    "not to buying",
    "no commitment",
    "model says no",
    "speaker unknown",
    "decider unknown",
    "model cannot tell",
    "yes on the rep's word",
    "yes",
]
"""As in coach/verdict.py: what takes a yes away stands above what grants it."""

EACH = {
    "unreadable": sight(yes(), readable=False),
    "nobody sells": sight(yes(), sales=False),
    "taken back": sight(yes(taken_back=9)),
    "refused": sight(yes(5), refusal=at(9)),
    "only hope": sight(yes(basis="hope")),
    "condition open": sight(yes(level="conditional")),
    "cannot decide": sight(yes(can_decide="no")),
    "must-have fails": sight(yes(5), found=(evidence("need-", 3),)),
    "not to buying": sight(yes(level="next_step", to="demo")),
    "no commitment": sight(),
    "speaker unknown": sight(yes(side=Side.UNKNOWN)),
    "decider unknown": sight(yes(can_decide="unknown")),
    "model says no": sight(yes(), opinion="stage_1"),
    "model cannot tell": sight(yes(), opinion="cannot_tell"),
    "yes on the rep's word": sight(yes(basis="reported", side=Side.UNKNOWN)),
    "yes": sight(yes()),
}


def verdict(seen: Sight, book: str = "default") -> Verdict:
    return decide(seen, playbook(book))


def test_the_rules_stand_in_the_order_that_is_written_here() -> None:
    assert [rule.id for rule in RULES] == ORDER


def test_stage_2_is_granted_by_the_last_two_rules_only_and_never_undetermined() -> None:
    assert [(rule.id, rule.undetermined) for rule in RULES if rule.stage == 2] == [("yes on the rep's word", False), ("yes", False)]
    assert [rule.stage for rule in RULES] == [1] * 14 + [2] * 2


@pytest.mark.parametrize("id", ORDER)
def test_every_rule_can_be_reached(id: str) -> None:
    assert verdict(EACH[id]).rule == id


def test_a_yes_counts_only_if_nothing_at_all_speaks_against_it() -> None:
    """Every combination of what can be wrong with one yes; the oracle is the sentence in DESIGN, not the rules."""
    counted = 0
    levels: tuple[Level, ...] = ("conditional", "verbal", "signed")
    objects: tuple[Object, ...] = ("purchase", "other", "pilot")
    powers: tuple[CanDecide, ...] = ("yes", "no", "unknown")
    worths: tuple[Basis, ...] = ("said", "reported", "hope")
    opinions: tuple[Opinion, ...] = ("stage_2", "stage_1", "cannot_tell")
    wrongs = product(levels, objects, powers, worths, (Side.PROSPECT, Side.UNKNOWN), (None, 8), (None, at(2), at(9)), ((), (evidence("need-"),)), opinions)
    for level, to, can_decide, basis, side, back, refusal, against, opinion in wrongs:
        one = yes(5, level, to=to, can_decide=can_decide, basis=basis, side=side, taken_back=back)
        found = verdict(sight(one, refusal=refusal, found=against, opinion=opinion))
        counts = (
            level != "conditional"
            and to != "pilot"
            and can_decide == "yes"
            and (basis == "reported" or (basis == "said" and side is Side.PROSPECT))
            and back is None
            and (refusal is None or refusal.turn < 5)
            and not against
            and opinion == "stage_2"
        )
        assert (found.stage == 2) == counts, (one, found.rule)
        counted += counts
    assert counted == 2 * 2 * 3 * 2


TRAPS: list[tuple[str, Sight, str]] = [
    # what was said later counts
    ("a yes after a refusal counts", sight(yes(8), refusal=at(5)), "yes"),
    ("a refusal after the yes counts", sight(yes(5), refusal=at(8)), "refused"),
    ("a refusal between two yeses", sight(yes(5), yes(8), refusal=at(6)), "yes"),
    ("a yes before a refusal, and one after it from somebody unknown", sight(yes(5), yes(8, by="Luis", can_decide="unknown"), refusal=at(6)), "refused"),
    ("hope after a refusal lifts nothing", sight(yes(5), yes(9, basis="hope"), refusal=at(8)), "refused"),
    ("nor does the yes of somebody who cannot decide", sight(yes(5), yes(9, by="Luis", can_decide="no"), refusal=at(8)), "refused"),
    ("nor does a meeting", sight(yes(5), yes(9, "next_step", to="meeting"), refusal=at(8)), "refused"),
    ("in a thread with the newest on top, later is a matter of turns: yes last", sight(yes(9, start=10), refusal=at(3, start=900)), "yes"),
    ("in a thread with the newest on top, later is a matter of turns: no last", sight(yes(3, start=900), refusal=at(9, start=10)), "refused"),
    ("a yes taken back", sight(yes(5, taken_back=8)), "taken back"),
    ("a yes taken back and given again", sight(yes(5, taken_back=8), yes(9)), "yes"),
    ("a yes taken back, and the rep still hopes", sight(yes(5, taken_back=8), yes(9, basis="hope")), "only hope"),
    ("taking back one yes takes back the other that stood before", sight(yes(5, taken_back=8), yes(6)), "taken back"),
    ("also where the text does not say whose it was", sight(yes(5, taken_back=8), yes(6, by=None)), "taken back"),
    ("what Dana takes back, Karen still says", sight(yes(5, taken_back=8), yes(6, by="Karen")), "yes"),
    ("what is taken back of one deal leaves the other", sight(yes(5, taken_back=8, deal="renewal"), yes(6, deal="add-on")), "yes"),
    ("a yes taken back, and one from somebody who cannot decide", sight(yes(5, taken_back=8), yes(3, by="Luis", can_decide="no")), "cannot decide"),
    # two yeses
    ("two plain yeses", sight(yes(5), yes(7)), "yes"),
    ("hope beside a solid yes takes nothing away", sight(yes(5), yes(7, basis="hope")), "yes"),
    ("hope of a decider's yes, and a solid one from somebody unknown", sight(yes(7, basis="hope"), yes(5, by="Luis", can_decide="unknown")), "decider unknown"),
    ("hope before a solid yes", sight(yes(7), yes(5, basis="hope")), "yes"),
    ("the yes of somebody who cannot decide takes nothing away", sight(yes(5), yes(7, by="Luis", can_decide="no")), "yes"),
    ("nor does that of somebody unknown", sight(yes(5), yes(7, by="Luis", can_decide="unknown")), "yes"),
    ("neither shown to decide", sight(yes(5, can_decide="no"), yes(7, by="Luis", can_decide="unknown")), "decider unknown"),
    ("the if was settled later", sight(yes(5, "conditional"), yes(7)), "yes"),
    ("a new if after the yes opens it again", sight(yes(5), yes(7, "conditional")), "condition open"),
    ("also under her full name", sight(yes(5), yes(7, "conditional", by="Dana Whitfield")), "condition open"),
    ("an if that the rep made up does not", sight(yes(5), yes(7, "conditional", basis="hope")), "yes"),
    ("nor does the if of somebody else", sight(yes(5), yes(7, "conditional", by="Luis", can_decide="no")), "yes"),
    ("a signature stands over a later if", sight(yes(5, "signed"), yes(7, "conditional")), "yes"),
    ("the decider's if, and a plain yes from below", sight(yes(5, "conditional"), yes(7, by="Luis", can_decide="no")), "condition open"),
    ("said and reported", sight(yes(5), yes(7, basis="reported")), "yes"),
    ("said by somebody, reported of the decider", sight(yes(5, can_decide="unknown"), yes(7, by="Luis", basis="reported")), "yes on the rep's word"),
    # yes to what
    ("a pilot", sight(yes(5, "next_step", to="pilot")), "not to buying"),
    ("a proposal", sight(yes(5, "next_step", to="proposal")), "not to buying"),
    ("an introduction", sight(yes(5, "next_step", to="introduction")), "not to buying"),
    ("a meeting", sight(yes(5, "next_step", to="meeting")), "not to buying"),
    ("interest in a pilot", sight(yes(5, "interest", to="pilot")), "no commitment"),
    ("interest in buying", sight(yes(5, "interest")), "no commitment"),
    ("no commitment, nominated", sight(yes(5, "none")), "no commitment"),
    ("a next step towards buying", sight(yes(5, "next_step")), "no commitment"),
    ("a pilot beside a yes to buying", sight(yes(5), yes(7, "next_step", to="pilot")), "yes"),
    # must-haves
    ("no need, before the yes", sight(yes(5), found=(evidence("need-", 3),)), "must-have fails"),
    ("no need, after the yes", sight(yes(5), found=(evidence("need-", 8),)), "must-have fails"),
    ("the last word on need is for it", sight(yes(5), found=(evidence("need-", 3), evidence("need+", 8))), "yes"),
    ("the last word on need is against it", sight(yes(5), found=(evidence("need+", 3), evidence("need-", 8))), "must-have fails"),
    ("the rep's own doubt about need is no word of theirs", sight(yes(5), found=(evidence("need-", 8, "hope"),)), "yes"),
    ("hope does not mend a need", sight(yes(5), found=(evidence("need-", 3), evidence("need+", 8, "hope"))), "must-have fails"),
    ("doubt about who decides is settled by the yes of who decides", sight(yes(5), found=(evidence("authority-", 3),)), "yes"),
    ("but not doubt that comes up after it", sight(yes(5), found=(evidence("authority-", 8),)), "must-have fails"),
    (
        "lines of notes are not in the order of the call",
        sight(yes(5, basis="reported"), found=(evidence("authority-", 8, "reported"),)),
        "yes on the rep's word",
    ),
    ("a yes from somebody unknown settles nothing", sight(yes(5, can_decide="unknown"), found=(evidence("authority-", 3),)), "must-have fails"),
    ("what is no must-have does not undo a yes", sight(yes(5), found=(evidence("budget-", 8), evidence("timeline-", 8), evidence("competition-", 8))), "yes"),
    # the model's opinion only takes away
    ("the model reads a no", sight(yes(), opinion="stage_1"), "model says no"),
    ("the model cannot tell", sight(yes(), opinion="cannot_tell"), "model cannot tell"),
    ("the model reads a no where the rep reports a yes", sight(yes(basis="reported"), opinion="stage_1"), "model says no"),
    ("the model's yes without a quote", sight(opinion="stage_2"), "no commitment"),
    ("the model's yes against the rules", sight(yes(can_decide="no"), opinion="stage_2"), "cannot decide"),
    # who said it
    ("said by nobody knows which side", sight(yes(side=Side.UNKNOWN)), "speaker unknown"),
    ("in notes nobody speaks", sight(yes(side=Side.UNKNOWN, basis="reported")), "yes on the rep's word"),
    ("nobody named", sight(yes(5, by=None, can_decide="unknown")), "decider unknown"),
]


@pytest.mark.parametrize(("seen", "rule"), [row(*trap) for trap in TRAPS])
def test_the_trap_is_not_walked_into(seen: Sight, rule: str) -> None:
    found = verdict(seen)
    assert found.rule == rule
    assert found.stage == next(r.stage for r in RULES if r.id == rule)


def test_the_order_in_which_commitments_are_nominated_does_not_change_the_rule() -> None:
    several = [seen for _, seen, _ in TRAPS if len(seen.commitments) > 1]
    assert len(several) > 15
    for seen in several:
        assert verdict(seen._replace(commitments=seen.commitments[::-1])).rule == verdict(seen).rule


@pytest.mark.parametrize("book", ["bant", "meddpicc", "spiced"])
@pytest.mark.parametrize(("turn", "rule"), [(3, "yes"), (8, "must-have fails")])
def test_who_decides_is_settled_alike_whatever_the_playbook_calls_it(book: str, turn: int, rule: str) -> None:
    criterion = playbook(book).about("authority")
    assert criterion is not None
    assert criterion.must_have
    assert verdict(sight(yes(5), found=(evidence(f"{criterion.id}-", turn),), book=book), book).rule == rule


STATUSES: list[tuple[str, tuple[Evidence, ...], Status]] = [
    ("not talked about", (), "missing"),
    ("talked about something else", (evidence("budget+"),), "missing"),
    ("words for it", (evidence("need+"),), "met"),
    ("a reported fact for it", (evidence("need+", basis="reported"),), "met"),
    ("words against it", (evidence("need-"),), "at_risk"),
    ("words both ways", (evidence("need-"), evidence("need+", 3)), "at_risk"),
    ("only hope", (evidence("need+", basis="hope"),), "at_risk"),
    ("only the rep's doubt", (evidence("need-", basis="hope"),), "at_risk"),
    ("words for it, and the rep's doubt", (evidence("need+"), evidence("need-", basis="hope")), "met"),
    ("words for it, and hope", (evidence("need+"), evidence("need+", basis="hope")), "met"),
]


@pytest.mark.parametrize(("found", "status"), [row(*status) for status in STATUSES])
def test_a_criterion_stands_where_the_words_put_it(found: tuple[Evidence, ...], status: Status) -> None:
    standing = next(s for s in standings(list(found), playbook()) if s.id == "need")
    assert (standing.status, standing.must_have) == (status, True)
    assert [found[i].criterion for i in standing.evidence] == [e.criterion for e in found if e.criterion == "need"]


def test_the_standings_are_those_of_the_playbook_in_its_order() -> None:
    assert [s.id for s in standings([], playbook())] == [c.id for c in playbook().criteria]


SHOWN = [
    row("the yes, and the words against it", sight(yes(5), found=(evidence("need+", 1), evidence("budget-", 2))), 5, 2),
    row("without a yes, words on need come before others", sight(found=(evidence("timeline+", 1), evidence("need+", 4))), 4, None),
    row("hope is not shown as words for it", sight(found=(evidence("need+", 1, "hope"), evidence("timeline+", 4))), 4, None),
    row("what took the yes back is against it", sight(yes(5, taken_back=8), found=(evidence("budget-", 9),)), 5, 8),
    row("the refusal is against it", sight(yes(5), refusal=at(9), found=(evidence("budget-", 9),)), 5, 9),
    row(
        "who decides weighs more than money, and money more than rivals",
        sight(found=(evidence("competition-", 9), evidence("budget-", 2), evidence("authority-", 1))),
        None,
        1,
    ),
    row("their words weigh more than the rep's doubt", sight(found=(evidence("authority-", 1, "hope"), evidence("competition-", 3))), None, 3),
    row("of equals the later", sight(found=(evidence("budget-", 1), evidence("budget-", 4))), None, 4),
    row("without evidence, the most they committed to", sight(yes(5, "next_step", to="demo")), 5, None),
]


@pytest.mark.parametrize(("seen", "for_", "against"), SHOWN)
def test_the_strongest_words_on_both_sides_are_shown(seen: Sight, for_: int | None, against: int | None) -> None:
    found = verdict(seen)
    assert (found.for_.turn if found.for_ else None, found.against.turn if found.against else None) == (for_, against)


def test_the_commitment_shown_is_the_one_that_decided() -> None:
    shown = verdict(sight(yes(5, by="Luis", can_decide="no"), yes(3, by="Karen", basis="reported"))).commitment
    assert (shown.by, shown.can_decide, shown.on_the_reps_word, shown.quote.turn if shown.quote else None) == ("Karen", "yes", True, 3)


@pytest.mark.parametrize("id", ORDER)
def test_no_gap_is_left_in_the_words_of_any_rule(id: str) -> None:
    for by in ("Dana", None):
        seen = EACH[id]
        found = verdict(seen._replace(commitments=[c.model_copy(update={"by": by}) for c in seen.commitments]))
        for text in (found.headline, found.reason, found.would_change):
            assert text == text.strip()
            assert text.endswith((".", "?"))
            assert not set("{}") & set(text)
            assert "None" not in text
            assert text[0].isupper() or text[0] == "“"


def test_a_yes_of_the_model_that_the_rules_turn_down_is_told() -> None:
    assert verdict(sight(yes(can_decide="no"), opinion="stage_2")).differs is not None
    assert verdict(sight(opinion="stage_1")).differs is None
    assert verdict(sight(yes(), opinion="stage_2")).differs is None
