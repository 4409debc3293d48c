"""A comparison in words. In: a Comparison. Out: lines of text, or JSON. Cases of the holdout are counted and never named."""

import json
from collections.abc import Iterator

from coach.evaluation.compare import Comparison, Flip
from coach.evaluation.results import Answered
from coach.render.inert import folded


def lines(found: Comparison) -> Iterator[str]:
    """The verdict, a line a metric, and each flip with both answers and their quotes, a false yes first."""
    yield f"{found.cases} cases in both. {found.verdict}"
    for row in found.rows:
        x, y = (rate if rate is None else format(rate, ".3f") for rate in (row.a.rate, row.b.rate))
        yield f"{'*' if row.primary else ' '} {row.metric.title:36} {x!s:>7} -> {y!s:<7} {row.words}"
    yield "* decides, corrected for being four; the others are exploratory"
    for flip in _named(found):
        moved = f"{_label(flip.a.answer)} -> {_label(flip.b.answer)}, gold {flip.a.about.gold}"
        yield f"{'FALSE YES' if flip.false_yes else flip.way:9} {folded(flip.a.about.id)}: {moved}"
        for letter, result in (("A", flip.a), ("B", flip.b)):
            if result.answer:
                yield f"          {letter}: {folded(result.answer.rule)}: “{folded(result.answer.quote or '')}”"
                if result.answer.against:
                    yield f"             against: “{folded(result.answer.against)}”"
    yield f"{_hidden(found)} holdout cases flipped and are not named."


def as_json(found: Comparison, a: str, b: str) -> str:
    """The same as one object."""
    data = {
        "a": a,
        "b": b,
        "cases": found.cases,
        "verdict": found.verdict,
        "metrics": [
            {
                "id": row.metric.id,
                "decides": row.primary,
                "a": row.a.rate,
                "b": row.b.rate,
                "word": row.difference.word,
                "p": row.difference.p,
                "could_miss": row.difference.could_miss,
                "smallest": row.difference.smallest,
            }
            for row in found.rows
        ],
        "flips": [_flip(flip) for flip in _named(found)],
        "holdout_flips": _hidden(found),
    }
    return json.dumps(data, indent=2)  # ASCII only: it does nothing to a terminal


def _flip(flip: Flip) -> dict[str, object]:
    way = "false yes" if flip.false_yes else flip.way
    return {"case": flip.a.about.id, "way": way, "gold": flip.a.about.gold, "a": _answer(flip.a.answer), "b": _answer(flip.b.answer)}


def _named(found: Comparison) -> list[Flip]:
    return [flip for flip in found.flips if flip.a.about.split == "dev"]


def _hidden(found: Comparison) -> int:
    return len(found.flips) - len(_named(found))


def _label(answer: Answered | None) -> object:
    return answer.label if answer else None


def _answer(answer: Answered | None) -> dict[str, object] | None:
    return {"stage": answer.label, "rule": answer.rule, "quote": answer.quote, "against": answer.against} if answer else None
