"""Training texts: who of those who speak is the rep, and what is learned of their words."""

from pathlib import Path

import pytest

from coach.evaluation.marked import marked_texts
from tests.core.builders import row

TALK = "{rep}: Shall we put it in for the first of May, then?\n{buyer}: ⟦=verbal: We will take both of the presses, and that is settled⟧.\n"
NAMED = [
    row("by the whole name", "Ann Lee", "Ann Lee", "Dana"),
    row("by the first name", "Ann", "Ann Lee", "Dana"),
    row("by a number beside another", "Speaker 1", "Speaker 1", "Speaker 2"),
    row("by a title beside another", "Mr Hall", "Mr Hall", "Mr Young"),
]


@pytest.mark.parametrize(("at", "rep", "buyer"), NAMED)
def test_the_named_speaker_is_the_rep_and_nobody_else(at: str, rep: str, buyer: str, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text(f"=== transcript\n@rep {at}\n" + 2 * TALK.format(rep=rep, buyer=buyer), encoding="utf-8")
    (text,) = marked_texts(file)
    learned = {unit.turn.speaker: rows.labels for unit, rows in zip(text.reading.units, text.rows, strict=False)}
    assert learned == {rep: {"sells"}, buyer: {"=verbal"}}
    assert text.real_yes
