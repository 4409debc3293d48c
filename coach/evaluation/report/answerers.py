"""Who answers best, on the cases that all have answered. In: runs. Out: a table of what counts, for each split."""

from collections.abc import Iterator, Sequence

from coach.evaluation.cases import SPLITS
from coach.evaluation.metrics import BY_ID, Figure, figure
from coach.evaluation.report.blocks import Block, Grid, Heading, Line
from coach.evaluation.results import Result, Run

SHOWN = ("stage", "false_yes", "missed_yes", "evidence_recall", "evidence_precision", "raw_grounding")


def on_the_same_cases(runs: Sequence[Run]) -> Iterator[Block]:
    """A row a run and split, counted on nothing but the cases that all of them answered. Nothing where there are none."""
    shared = set.intersection(*({_what(result) for result in run.results if result.answer} for run in runs)) if len(runs) > 1 else set()
    if not shared:
        return
    yield Heading(2, "Who answers, on the same cases")
    yield Line(f"{len(shared)} cases that all of them answered, changed copies and planted texts among them; deals of their own are counted.")
    rows = []
    for split in SPLITS:
        for run in runs:
            mine = [result for result in run.results if _what(result) in shared and result.about.split == split]
            if mine:
                rows.append((split, run.suite, *(_cell(figure(BY_ID[id], mine)) for id in SHOWN), _tokens(mine)))
    yield Grid(("split", "who", *(BY_ID[id].title for id in SHOWN), "tokens a case"), tuple(rows))


def _what(result: Result) -> tuple[str, str]:
    return result.about.id, result.about.digest


def _cell(one: Figure) -> str:
    return "-" if one.rate is None else f"{one.rate:.1%}, {one.hits:g} of {one.of:g}"


def _tokens(results: list[Result]) -> str:
    answers = [result.answer for result in results if result.answer]
    return f"{sum((a.tokens_in or 0) + (a.tokens_out or 0) for a in answers) / len(answers):,.0f}"
