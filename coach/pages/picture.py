"""A finished review -> what the sheet draws. In: a Done. Out: plain dicts, lists, strings and numbers for JSON.

Decides nothing and words nothing that an export words too: both take it from `coach.render.wording`. Never makes markup.
"""

from coach.advice import Advice, NoAdvice, Ruthless, Skeptical
from coach.grounding import Evidence, Rejected
from coach.pages.marks import Json, Marks
from coach.pages.plan import plan
from coach.pages.session import Done
from coach.playbook import Playbook
from coach.render import wording
from coach.verdict import Standing

TONES = {1: "stage1", 2: "stage2"}
NO_QUOTES = ("Nothing they said.", "Nothing found. That is not the same as nothing there.")


def picture(done: Done, copy: str) -> Json:
    """Everything on the sheet. `copy` is the text for the clipboard."""
    review, advice, marks = done.review, done.shown.advice, Marks(done.conversation)
    for item in review.evidence:
        _mark(item, done.playbook, marks)
    dropped = wording.dropped(advice)
    drawn: Json = {
        "verdict": _verdict(done, marks),
        "deals": wording.deals(review),
        "overruled": wording.overruled(done.shown),
        "first": "" if isinstance(advice, NoAdvice) else advice.first,
        "criteria": [_criterion(standing, done, marks) for standing in review.criteria] if review.sales else [],
        "coaching": _coaching(advice, done, marks),
        "rejected": [_rejected(item, done.playbook, marks) for item in review.rejected],
        "dropped": [{"what": item.what, "quote": item.text, "line": None, "reason": item.reason} for item in dropped],
        "foot": _foot(done, len(dropped)),
        "copy": copy,
    }
    return {**drawn, "note": {"lines": list(marks.lines()), "planted": review.source.planted, "hidden": review.source.hidden}, "marks": marks.all}


def _label(id: str, playbook: Playbook) -> str:
    criterion = playbook.criterion(id)
    return criterion.label if criterion else id


def _kind(item: Evidence) -> str:
    return "hope" if item.basis == "hope" else item.polarity


def _mark(item: Evidence, playbook: Playbook, marks: Marks) -> None:
    says = {"hope": "Hope: counts for nothing", "supports": "Speaks for", "undermines": "Speaks against"}[_kind(item)]
    marks.add(item.quote, _kind(item), f"{says}: {_label(item.criterion, playbook)}", item.criterion)


def _verdict(done: Done, marks: Marks) -> Json:
    review, verdict = done.review, done.review.verdict
    own = verdict.commitment.quote is not None and verdict.commitment.quote == verdict.for_
    by = verdict.commitment.by if own else None
    labels = (
        wording.FOR_LABELS.get(verdict.rule, "Decided by" if own and not verdict.undetermined else "For it"),
        wording.AGAINST_LABELS.get(verdict.rule, "Against"),
    )
    pair = (marks.quote(verdict.for_, by, says="In the verdict"), marks.quote(verdict.against, says="In the verdict")) if review.sales else ()
    return {
        "tone": "nothing" if not review.sales else "unsure" if verdict.undetermined else TONES[verdict.stage],
        "kicker": wording.kicker(review).rstrip("."),
        "headline": verdict.headline,
        "reason": verdict.reason,
        "quotes": [{"label": label, "quote": quote, "none": none} for label, quote, none in zip(labels, pair, NO_QUOTES, strict=False)],
        "change_label": "Would change it" if review.sales else "Bring",
        "would_change": verdict.would_change,
        "differs": verdict.differs or "",
    }


def _criterion(standing: Standing, done: Done, marks: Marks) -> Json:
    criterion = done.playbook.criterion(standing.id)
    wanted = "supports" if standing.status == "met" else "undermines"
    mine = [done.review.evidence[i] for i in standing.evidence]
    mine.sort(key=lambda e: (e.basis == "hope", e.polarity != wanted, -e.quote.start))
    return {
        "id": standing.id,
        "label": _label(standing.id, done.playbook),
        "good": criterion.good if criterion else "",
        "must_have": standing.must_have,
        "status": standing.status,
        "word": wording.STATUS_WORDS[standing.status],
        "quotes": [{**(marks.quote(e.quote) or {}), "kind": _kind(e)} for e in mine],
    }


def _coaching(advice: Advice, done: Done, marks: Marks) -> Json | None:
    if isinstance(advice, Skeptical):
        return _skeptical(advice, done.playbook, marks)
    return plan(advice, done.review.provenance.today, marks) if isinstance(advice, Ruthless) else None


def _skeptical(advice: Skeptical, playbook: Playbook, marks: Marks) -> Json:
    return {
        "kind": "skeptical",
        "no": {"text": advice.the_no.text, "quote": marks.quote(advice.the_no.quote)},
        "questions": [
            {
                "criterion": _label(question.criterion, playbook),
                "ask": question.ask,
                "whom": question.whom,
                "why": marks.quote(question.why),
                "no_if": question.no_if,
                "help": question.help,
            }
            for question in advice.questions
        ],
    }


def _rejected(item: Rejected, playbook: Playbook, marks: Marks) -> Json:
    turns = marks.conversation.turns
    line = marks.line(turns[item.line].start) if 0 <= item.line < len(turns) else None
    return {"what": _label(item.what, playbook), "quote": item.quote, "line": line, "reason": item.reason}


def _foot(done: Done, dropped: int) -> list[str]:
    source, made = done.review.source, done.review.provenance
    return [
        wording.read(source),
        _counted(made.quotes_thrown_out, "quote", "thrown out"),
        _counted(dropped, "piece", "of advice dropped"),
        made.model,
        f"prompts {made.prompts}" if made.prompts else "no language model",
        f"playbook {made.playbook}",
        *wording.spent(made),
        *wording.told(made),
        f"{made.usage.seconds:.2f} s",
        f"taken as said on {made.today.day} {made.today:%B %Y}",
    ]


def _counted(count: int, word: str, rest: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'} {rest}"
