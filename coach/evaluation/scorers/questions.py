"""Are the skeptical questions worth asking? In: a Seen. Out: scores over the questions of stage 1 coaching.

Not scored: the language of a question (the product words its coaching in English only) and its intent (a question names
its criterion, and criteria are what is scored).
"""

from collections.abc import Iterator, Mapping

from coach.advice import Question, Skeptical
from coach.evaluation.scorers import wording
from coach.evaluation.scorers.seen import Score, Seen, counted

FEWEST, MOST = 3, 5
FEWEST_NO_WORDS = 3


def scores(seen: Seen) -> Iterator[Score]:
    """Whether each question aims at a gap, is open, fair, single, founded, specific and new."""
    advice = seen.review.advice
    if not isinstance(advice, Skeptical):
        return
    asked = advice.questions
    status = {row.id: row.status for row in seen.review.criteria}
    yield counted("q_gap", (None if status.get(q.criterion) != "met" else f"{q.criterion} is met: “{q.ask}”" for q in asked))
    must = [id for id in seen.case.gold.must_ask if seen.playbook.criterion(id) and status.get(id) != "met"]
    yield counted("q_must_ask", (None if any(q.criterion == id for q in asked) else f"nobody asks about {id}" for id in must))
    yield counted("q_open", (wording.closed(q.ask) for q in asked))
    yield counted("q_not_leading", (wording.leads(q.ask) for q in asked))
    yield counted("q_single", (None if q.ask.count("?") == 1 else f"not one question: “{q.ask}”" for q in asked))
    yield counted("q_founded", (_unfounded(q, status, seen) for q in asked))
    yield counted("q_anchored", (None if _specific(q, seen) else f"could be about any deal: “{q.ask}”" for q in asked))
    yield counted("q_no_if", (None if len(q.no_if.split()) >= FEWEST_NO_WORDS and q.no_if != q.ask else f"no answer means no: “{q.ask}”" for q in asked))
    yield counted("q_addressed", (None if q.whom.strip() else f"asked of nobody: “{q.ask}”" for q in asked))
    yield counted("q_new", (_repeated(at, asked) for at in range(len(asked))))
    yield counted("q_count", [None if FEWEST <= len(asked) <= MOST else f"{len(asked)} questions"])
    lines = [line for q in asked for line in (q.ask, q.no_if, q.help)] + [advice.first, advice.the_no.text]
    yield counted("q_facts", (wording.invented(line, seen) for line in lines))
    yield counted("q_plain", (wording.stock(line) for line in lines))


def _unfounded(question: Question, status: Mapping[str, str], seen: Seen) -> str | None:
    if question.why is not None:
        return None if seen.conversation.source[question.why.start : question.why.end] == question.why.text else f"points at nothing: “{question.ask}”"
    return None if status.get(question.criterion) == "missing" else f"points at no words, and {question.criterion} was talked about: “{question.ask}”"


def _specific(question: Question, seen: Seen) -> bool:
    return question.why is not None or wording.anchored(f"{question.ask} {question.whom} {question.help}", seen)


def _repeated(at: int, asked: tuple[Question, ...]) -> str | None:
    mine = asked[at]
    for other in asked[:at]:
        if (other.criterion, other.whom, other.no_if) == (mine.criterion, mine.whom, mine.no_if) or wording.alike(other.ask, mine.ask):
            return f"asked before: “{mine.ask}”"
    return None
