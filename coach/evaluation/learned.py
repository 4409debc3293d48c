"""Dev cases -> labelled units. In: eval cases of the dev split. Out: rows for the classifier. Never touches the holdout."""

from collections.abc import Iterator

from coach.evaluation.cases import EvalCase
from coach.evaluation.marked import MOSTLY, SENTENCE_HEADS, Row, Text
from coach.llm.analyst.reading import Reading
from coach.readers import read


def case_text(case: EvalCase) -> Text:
    """The case as a text to learn from: a row for each unit that the analyst would see, labelled by the gold quotes it overlaps."""
    assert case.split == "dev", "the holdout is only measured"
    reading = Reading(read(case.note, case.id))
    return Text(reading, tuple(_rows(case, reading)), case.gold.stage == 2 if case.gold.sales else None)


def _rows(case: EvalCase, reading: Reading) -> Iterator[Row]:
    marks = _marks(case)
    for unit in reading.units:
        if not unit.rep:
            labels = {label for a, b, label in marks if min(b, unit.end) - max(a, unit.start) > MOSTLY * min(b - a, unit.end - unit.start)}
            yield Row(unit.text, unit.before, frozenset(labels), SENTENCE_HEADS, case.id)
    for window in reading.windows:
        yield Row(window, "", frozenset({"sales"} if case.gold.sales else ()), frozenset({"sales"}), case.id)


def _marks(case: EvalCase) -> list[tuple[int, int, str]]:
    """(start, end, head) of each gold quote in the note."""
    found = [(quote.text, topic + ("+" if quote.polarity == "supports" else "-")) for topic, gold in case.gold.criteria.items() for quote in gold.quotes]
    level, gold = case.gold.commitment.level, case.gold
    if gold.stage == 2:
        found += [(text, "=signed" if level == "signed" else "=verbal") for text in gold.decided_by]
    elif level in ("conditional", "next_step"):
        found += [(text, "=" + level) for text in gold.decided_by[:1]]
    elif level in ("verbal", "signed"):
        found += [(text, "=" + level) for text in gold.against[:1]]  # the yes that does not count is a yes all the same
    if gold.commitment.taken_back:
        found += [(text, "=refused") for text in gold.decided_by[:1]]
    return [(case.note.index(text), case.note.index(text) + len(text), head) for text, head in found]
