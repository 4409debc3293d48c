"""The report's contents in reading order. In: dossiers of suites. Out: blocks.

What decides comes first: the verdict of the gate, then false and missed yeses, then the cases that flipped. Of the holdout
only numbers are shown.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coach.evaluation.cases import LABELS, SPLITS
from coach.evaluation.compare import comparable, compare
from coach.evaluation.dumb import Agreement
from coach.evaluation.gate import Baseline, Finding, exit_code, why_not
from coach.evaluation.metrics import BY_ID, METRICS, Figure, by_tag, figure, macro_f1, matrix
from coach.evaluation.report.answerers import on_the_same_cases
from coach.evaluation.report.blocks import Bar, Bars, Block, Grid, Heading, Items, Line
from coach.evaluation.results import Result, Run
from coach.evaluation.statistics import upper
from coach.evaluation.thresholds import Thresholds

MOST_FLIPS = 40
QUALITY = ("offline", "live", "recorded live")
SLICE = ("cases", "stage right", "false yes", "missed yes")
REST: dict[str, tuple[str, ...]] = {
    "Grounding and evidence": ("grounding", "evidence"),
    "Questions and steps": ("questions", "steps"),
    "Planted text": ("security",),
    "Changed copies": ("stability",),
}
CANNOT_TELL = (
    "Every note is synthetic: real calls were not measured.",
    "The gold answers and the second reading come from language models, which agree with each other more than people would.",
    "Gold evidence is not complete: evidence that is shown and is not gold may be fair.",
    "Whether a rep who reads the coaching wins more deals.",
)


class Dossier(NamedTuple):
    """Everything on one suite's run."""

    run: Run
    findings: list[Finding]
    thresholds: Thresholds
    baseline: Baseline | None
    dumb: dict[str, Run]
    agreement: Agreement


def contents(dossiers: list[Dossier]) -> Iterator[Block]:
    """All blocks of a report on one or more suites."""
    yield Heading(1, "Eval report")
    for dossier in dossiers:
        yield from _verdict(dossier)
    for dossier in dossiers:
        yield Heading(2, dossier.run.suite)
        yield from _header(dossier.run)
        yield from _stage(dossier)
        yield from _flips(dossier)
        if dossier.run.source in QUALITY:
            yield from _criteria(dossier.run)
        for title, groups in REST.items():
            yield Heading(3, title)
            yield _figures(dossier.run, groups)
        yield from _by_type(dossier.run)
        yield from _cost(dossier.run)
    if len(dossiers) > 1:
        yield from on_the_same_cases([dossier.run for dossier in dossiers if dossier.run.source in QUALITY])
        yield from _side_by_side(dossiers)
    yield from _limits(dossiers)


def _verdict(dossier: Dossier) -> Iterator[Block]:
    failing = [one for one in dossier.findings if one.fails]
    code = exit_code(dossier.findings)
    name = dossier.run.suite
    if not failing:
        yield Line(f"{name}: passed. {len(dossier.run.results)} cases.", "good")
    else:
        word = "not judged, too many cases without an answer" if code == 4 else "failed"
        yield Line(f"{name}: {word}. {failing[0].text}", "bad")
    rest = [one.text for one in (*failing[1:], *(one for one in dossier.findings if not one.fails))]
    if rest:
        yield Items(tuple(rest[:MOST_FLIPS]))
    if len(rest) > MOST_FLIPS:
        yield Line(f"and {len(rest) - MOST_FLIPS} more.")


def _header(run: Run) -> Iterator[Block]:
    base = [result for result in run.results if result.about.family == "base"]
    others = {family: sum(r.about.family == family for r in run.results) for family in ("perturbed", "injected")}
    source = {"authored": "authored replies: they prove the machinery and say nothing of any model"}.get(run.source, run.source)
    prompts = f", prompts {run.prompts}" if run.prompts else f", weights {run.weights}"
    yield Line(f"Answered by {run.model} ({source}{prompts}), playbook {run.playbook}, begun {run.started or 'at no time'}.")
    deals = len({result.about.cluster for result in base})
    counts = f"{len(base)} base cases in {deals} deals, {others['perturbed']} changed copies, {others['injected']} with planted text."
    splits = ", ".join(f"{sum(r.about.split == split for r in base)} {split}" for split in SPLITS)
    yield Line(f"{counts} Base cases by split: {splits}.")


def _stage(dossier: Dossier) -> Iterator[Block]:
    run = dossier.run
    yield Heading(3, "Stage")
    for split in SPLITS:
        if not figure(BY_ID["stage"], run.results, split).of:
            continue
        rows = matrix(run.results, split)
        yield Line(f"{split}: gold down, answer across")
        yield Grid(("gold", *map(_name, LABELS)), tuple((_name(gold), *(str(rows[gold][label]) for label in LABELS)) for gold in LABELS))
        false = figure(BY_ID["false_yes"], run.results, split)
        missed = figure(BY_ID["missed_yes"], run.results, split)
        told = []
        if false.of:
            bound = f"with 95% certainty under {upper(false.hits, false.of):.1%}"
            told.append(f"False yes {false.hits:g} of {false.of:g} ({false.rate:.1%}; {bound}).")
        if missed.of:
            told.append(f"Missed yes {missed.hits:g} of {missed.of:g} ({missed.rate:.1%}).")
        if told:
            yield Line(" ".join(told))
    if run.source in QUALITY:
        yield Bars(tuple(_bars(dossier)))
        yield _figures(run, ("stage",))
        yield from _against_dumb(dossier)


def _name(label: object) -> str:
    return "cannot tell" if label == "undetermined" else f"stage {label}"


def _bars(dossier: Dossier) -> Iterator[Bar]:
    for id in ("stage", "false_yes", "missed_yes", "status", "overclaim", "evidence_recall"):
        for split in SPLITS:
            one = figure(BY_ID[id], dossier.run.results, split)
            if one.rate is None:
                continue
            mine = (dossier.run.suite, dossier.run.source)
            floor = next((f for f in dossier.thresholds.floor if (f.metric, f.split) == (id, split) and f.suite in mine), None)
            limit = (floor.at_least if floor.at_least is not None else floor.at_most) if floor else None
            good = limit is None or (one.rate >= limit if one.metric.high else one.rate <= limit)
            yield Bar(f"{one.metric.title}, {split}", one.rate, *one.interval, limit, good)


def _figures(run: Run, groups: tuple[str, ...]) -> Grid:
    """A row a metric, a column a split: the rate, its interval, and what it was counted on."""
    rows = []
    for metric in METRICS:
        if metric.group in groups:
            found = [figure(metric, run.results, split) for split in SPLITS]
            if any(one.of for one in found):
                rows.append((metric.title, "higher" if metric.high else "lower", *(_cell(one) for one in found)))
    return Grid(("what", "better is", *SPLITS), tuple(rows))


def _cell(one: Figure) -> str:
    if one.rate is None:
        return "-"
    low, high = one.interval
    if one.metric.per == "price":
        return f"{one.rate:.2f} ({low:.2f} to {high:.2f}), n {one.of:g}"
    return f"{one.rate:.1%} ({low:.0%} to {high:.0%}), {one.hits:g} of {one.of:g}"


def _against_dumb(dossier: Dossier) -> Iterator[Block]:
    """Beside two answerers that any good one has to beat."""
    rows = []
    for name, dumb in dossier.dumb.items():
        for split in SPLITS:
            if not any(r.about.split == split and r.answer for r in dossier.run.results):
                continue
            for row in compare(dumb, dossier.run, split).rows:
                if row.metric.id in ("stage", "false_yes", "missed_yes", "cost"):
                    rows.append((split, row.metric.title, name, _short(row.a), _short(row.b), row.words, f"{row.difference.p:.3f}"))
    yield Line(f"Against answerers that look at nothing. Prices: {_prices(dossier)}.")
    yield Grid(("split", "what", "dumb answerer", "its figure", "ours", "ours is", "p"), tuple(rows))


def _prices(dossier: Dossier) -> str:
    prices = dossier.thresholds.prices
    return f"a false yes {prices.false_yes:g}, a missed yes {prices.missed_yes:g}, “cannot tell” where the note settles it {prices.abstained:g}"


def _short(one: Figure) -> str:
    return "-" if one.rate is None else f"{one.rate:.2f}" if one.metric.per == "price" else f"{one.rate:.1%}"


def _flips(dossier: Dossier) -> Iterator[Block]:
    baseline, run = dossier.baseline, dossier.run
    if baseline is None:
        return
    yield Heading(3, "Flips against the baseline")
    rows, hidden = [], 0
    for result in run.results:
        then = baseline.cases.get(result.about.id)
        if then is None or then.digest != result.about.digest or result.answer is None or (then.passed == result.passed and then.label == result.answer.label):
            continue
        if result.about.split == "holdout":
            hidden += 1
            continue
        way = "mended" if result.passed > then.passed else "broken" if then.passed > result.passed else "moved"
        quote = f"“{result.answer.quote}”" if result.answer.quote else "-"
        why = "" if result.passed else why_not(result)
        rows.append((result.about.id, way, _name(then.label), _name(result.answer.label), _name(result.about.gold), result.answer.rule, quote, why))
    if rows:
        yield Grid(("case", "way", "before", "now", "gold", "rule", "quote", "why not"), tuple(rows[:MOST_FLIPS]))
    more = f"{len(rows) - MOST_FLIPS} more dev cases flipped. " if len(rows) > MOST_FLIPS else "" if rows else "No dev case flipped. "
    yield Line(f"{more}{hidden} holdout cases flipped; which ones is not shown, so that nobody tunes on them.")


def _criteria(run: Run) -> Iterator[Block]:
    yield Heading(3, "Criteria")
    names = list(dict.fromkeys(id for result in run.results for id in result.about.statuses))
    rows = []
    for id in names:
        cells = [id]
        for split in SPLITS:
            mine = [r for r in run.results if r.about.family == "base" and r.about.split == split and f"status:{id}" in r.by_metric]
            right = sum(r.by_metric[f"status:{id}"].hits for r in mine)
            cells.append(f"{right / len(mine):.1%}, {right:g} of {len(mine)}" if mine else "-")
        rows.append(tuple(cells))
    yield Grid(("status right", *SPLITS), tuple(rows))
    yield _figures(run, ("criteria",))
    f1 = {split: macro_f1(run.results, split) for split in SPLITS}
    yield Line("Macro F1 of met, at risk and missing: " + ", ".join(f"{split} {value:.2f}" for split, value in f1.items() if value is not None) + ".")


def _by_type(run: Run) -> Iterator[Block]:
    yield Heading(3, "By type, language, length and kind")
    types = by_tag(result for result in run.results if result.about.split == "dev")
    yield Grid(("type (dev)", *SLICE), tuple(_slices(types.items())))
    base = [result for result in run.results if result.about.family == "base"]
    groups: dict[str, list[Result]] = {}
    for result in base:
        words = result.about.words
        length = "under 150 words" if words < 150 else "150 to 400 words" if words < 400 else "400 words and more"
        for name in (f"kind {result.about.kind}", "English" if result.about.lang == "en" else "not English", length):
            groups.setdefault(name, []).append(result)
    yield Grid(("slice (both splits)", *SLICE), tuple(_slices(sorted(groups.items()))))


def _slices(groups: Iterable[tuple[str, list[Result]]]) -> Iterator[tuple[str, ...]]:
    for name, results in groups:
        one, false, missed = (figure(BY_ID[id], results) for id in ("stage", "false_yes", "missed_yes"))
        yield name, f"{one.of:g}", _of(one), _of(false), _of(missed)


def _of(one: Figure) -> str:
    return f"{one.hits:g} of {one.of:g}" if one.of else "-"


def _cost(run: Run) -> Iterator[Block]:
    answers = [result.answer for result in run.results if result.answer]
    tokens = sum((a.tokens_in or 0) + (a.tokens_out or 0) for a in answers)
    yield Heading(3, "Cost")
    yield Line(f"{sum(a.calls for a in answers)} calls, {tokens:,} tokens, {len(answers)} of {len(run.results)} cases answered.")


def _side_by_side(dossiers: list[Dossier]) -> Iterator[Block]:
    yield Heading(2, "Suites side by side")
    rows = [
        (a.run.suite, b.run.suite, str(pair.cases), row.metric.title, _short(row.a), _short(row.b), row.words)
        for at, a in enumerate(dossiers)
        for b in dossiers[at + 1 :]
        if a.run.source in QUALITY and b.run.source in QUALITY and comparable(a.run, b.run)
        for pair in (compare(a.run, b.run),)
        for row in pair.rows
        if row.primary
    ]
    if rows:
        yield Grid(("A", "B", "cases", "what", "A", "B", "B is"), tuple(rows))
    authored = [d.run.suite for d in dossiers if d.run.source == "authored"]
    if authored:
        yield Line(f"Left out, because authored replies say nothing of a model: {', '.join(authored)}.")


def _limits(dossiers: list[Dossier]) -> Iterator[Block]:
    yield Heading(2, "Readers, and what this cannot tell")
    agreed = dossiers[0].agreement if dossiers else None
    if agreed and agreed.cases:
        yield Line(
            f"Two readers who did not see each other's answers: kappa {agreed.stage:.2f} on the stage ({agreed.same_stage} of {agreed.cases} the same), "
            f"{agreed.status:.2f} on statuses ({agreed.same_status} of {agreed.statuses}). Where they differ, the case accepts both answers."
        )
    yield Items(CANNOT_TELL)
