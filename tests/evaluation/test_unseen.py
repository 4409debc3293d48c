"""Texts that nothing was learned from: what is counted of one."""

from pathlib import Path

import pytest

from coach.evaluation.marked import marked_texts
from coach.evaluation.unseen import FOLDER, Measured, Share, measured
from tests.core.builders import ROOT, playbook, row

YES = """=== notes
Dana Reyes, owner of the bakery, called back this morning.
⟦need+: The old oven burns every third tray and she throws the bread away⟧.
⟦budget+: She has 40k for it in this year's budget⟧.
⟦=verbal: She said we will buy the oven from you, it is decided⟧, ⟦authority+: it is her bakery and she decides alone⟧.
"""
NO = """=== notes
Dana Reyes, owner of the bakery, called back this morning.
⟦need-: The old oven is fine, she said, and the bread sells⟧.
⟦budget-: There is no money for an oven this year or next⟧.
"""
TEXTS = [row("a yes", YES, "yes", "false_yes"), row("none", NO, "false_yes", "yes")]


@pytest.mark.parametrize(("text", "counts", "does_not"), TEXTS)
def test_a_text_counts_for_the_yeses_or_for_the_others(text: str, counts: str, does_not: str, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text(text, encoding="utf-8")
    (marked,) = marked_texts(tmp_path / "texts.txt")
    found = measured(marked, playbook())
    assert getattr(found, counts).of == 1
    assert getattr(found, does_not).of == 0
    assert found.yes.hits == found.yes.of
    assert found.false_yes.hits == 0
    assert 0 < found.recall.hits <= found.recall.of
    assert 0 < found.precision.hits <= found.precision.of


def test_shares_add_up() -> None:
    one, two = Measured(yes=Share(1, 2)), Measured(yes=Share(0, 3), recall=Share(4, 5))
    assert one.plus(two) == Measured(yes=Share(1, 5), recall=Share(4, 5))


def test_no_text_is_both_learned_from_and_measured_on() -> None:
    learned = {text.reading.conversation.source for path in (ROOT / "evals" / "sentences").glob("*.txt") for text in marked_texts(path)}
    unseen = [text.reading.conversation.source for path in sorted(FOLDER.glob("*.txt")) for text in marked_texts(path)]
    assert len(unseen) >= 700
    assert len(set(unseen)) == len(unseen)
    assert not learned & set(unseen)
