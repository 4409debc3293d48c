"""May this run pass? In: a run, the thresholds and the blessed baseline. Out: findings, worst first.

Judges what a run wrote down, so the same run can be judged again without paying again. A metric that is missing fails, and
so does one that was counted on fewer things than in the baseline, if the cases give how many. Of the holdout only numbers are
named, never its cases: whoever reads which of them failed begins to tune on them. Nothing is blessed here.
"""

import json
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.cases import SPLITS, Label, Split
from coach.evaluation.metrics import BY_ID, GIVEN, METRICS, Figure, figure
from coach.evaluation.results import Result, Run, write_whole
from coach.evaluation.thresholds import Thresholds

WORST = ("infrastructure", "exact", "must pass", "floor", "baseline", "flip", "note")
MOST_INFRA = 0.02  # share of cases without an answer from which the run is invalid, not failed


class Blessed(Value):
    """What one case gave when the baseline was blessed."""

    digest: str
    label: Label | None
    passed: bool


class Baseline(Value):
    """A run that was looked at and accepted. Byte-stable: no time, no order of its own."""

    suite: str
    model: str
    prompts: str | None
    weights: str
    cases: dict[str, Blessed]
    figures: dict[Split, dict[str, tuple[float, float]]]


class Finding(NamedTuple):
    """One thing that the gate noticed. `fails` the run or only says so; `case` is None where none may be named."""

    kind: str
    text: str
    fails: bool
    case: str | None = None


def read_baseline(path: Path) -> Baseline | None:
    """The baseline in a file, None if none was blessed yet. Raises CaseError."""
    if not path.is_file():
        return None
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise CaseError(f"{path.name} is not a baseline. Bless a run again: coach eval bless RUN.") from None


def baseline_of(run: Run) -> Baseline:
    """A run as the baseline of its suite."""
    figures: dict[Split, dict[str, tuple[float, float]]] = {}
    for split in SPLITS:
        found = (figure(metric, run.results, split) for metric in METRICS)
        figures[split] = {one.metric.id: (round(one.hits, 6), one.of) for one in found if one.of}
    cases = {r.about.id: Blessed(digest=r.about.digest, label=r.answer.label if r.answer else None, passed=r.passed) for r in run.results}
    return Baseline(suite=run.suite, model=run.model, prompts=run.prompts, weights=run.weights, cases=cases, figures=figures)


def baseline_text(made: Baseline) -> str:
    """A baseline as its file."""
    return json.dumps(made.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def bless(run: Run, path: Path) -> Baseline:
    """Makes a run the baseline of its suite."""
    made = baseline_of(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, baseline_text(made))
    return made


def judge(run: Run, thresholds: Thresholds, baseline: Baseline | None) -> list[Finding]:
    """All findings, worst first; the run passes if none of them `fails`."""
    found = [*unanswered(run), *_exact(run), *_must_pass(run), *_floors(run, thresholds)]
    if baseline is None:
        found.append(Finding("note", f"No baseline of {run.suite} yet: nothing to compare with. `coach eval bless` makes this run the first.", False))
    else:
        found += [*_against(run, baseline), *_flips(run, baseline)]
    return sorted(found, key=lambda one: (not one.fails, WORST.index(one.kind)))


def exit_code(findings: list[Finding]) -> int:
    """0 passed, 1 failed, 4 too many cases without an answer to judge anything."""
    if any(one.fails and one.kind == "infrastructure" for one in findings):
        return 4
    return int(any(one.fails for one in findings))


def unanswered(run: Run) -> list[Finding]:
    """What is to be said of cases without an answer."""
    lost = [result for result in run.results if result.answer is None]
    if not lost:
        return []
    first = _namable(lost)
    text = f"{len(lost)} of {len(run.results)} cases got no answer, {f'first {first.about.id}' if first else 'one of them'}: {(first or lost[0]).error}"
    return [Finding("infrastructure", text, len(lost) > MOST_INFRA * len(run.results))]


def _namable(results: list[Result]) -> Result | None:
    """The first that may be named: none of the holdout."""
    return next((result for result in results if result.about.split != "holdout"), None)


def _exact(run: Run) -> list[Finding]:
    found = []
    for metric in METRICS:
        whole = figure(metric, run.results)
        if metric.exact and whole.of and whole.hits != whole.of:
            first = _namable([r for r in run.results if (s := r.by_metric.get(metric.id)) and s.hits != s.of])
            why = first.by_metric[metric.id].why[:1] if first else ("Only in holdout cases, which are not named.",)
            text = f"{metric.title}: {whole.of - whole.hits:g} of {whole.of:g} do not. {' '.join(why)}"
            found.append(Finding("exact", text.strip(), True, first.about.id if first else None))
    return found


def _must_pass(run: Run) -> list[Finding]:
    failing = [result for result in run.results if result.about.gate == "must_pass" and not result.passed]
    named = [result for result in failing if result.about.split != "holdout"]
    found = [Finding("must pass", f"{one.about.id} has to pass and does not: {why_not(one)}", True, one.about.id) for one in named]
    if hidden := len(failing) - len(named):
        found.append(Finding("must pass", f"{hidden} holdout cases have to pass and do not", True))
    return found


def why_not(result: Result) -> str:
    """Why a case does not pass, in a few words."""
    if result.answer is None:
        return result.error or "no answer"
    reasons = [why for score in result.scores for why in score.why if score.hits != score.of and score.metric in ("stage", "sales", "twin_equal")]
    return reasons[0] if reasons else next((why for score in result.scores for why in score.why), "no reason given")


def _floors(run: Run, thresholds: Thresholds) -> list[Finding]:
    found = []
    for floor in thresholds.floor:
        if floor.suite not in (run.suite, run.source):
            continue
        one = figure(BY_ID[floor.metric], run.results, floor.split)
        limit = floor.at_least if floor.at_least is not None else floor.at_most
        words = f"{floor.split} {one.metric.title} ({floor.metric})"
        if one.rate is None or limit is None:
            found.append(Finding("floor", f"{words}: nothing was counted. A floor of {limit} cannot be reached by silence.", True))
            continue
        low, high = one.interval if floor.on == "interval" else (one.rate, one.rate)
        if (floor.at_least is not None and low < limit) or (floor.at_most is not None and high > limit):
            value, way = (low, "at least") if floor.at_least is not None else (high, "at most")
            found.append(Finding("floor", f"{words}: {value:.3f} on the {floor.on}, and it has to be {way} {limit}", True))
    return found


def _against(run: Run, baseline: Baseline) -> list[Finding]:
    found = []
    for split, rows in baseline.figures.items():
        for id, (hits, of) in rows.items():
            metric = BY_ID.get(id)
            if metric is None:
                found.append(Finding("baseline", f"The baseline knows a metric that is gone: {id}. Bless again.", True))
                continue
            now = figure(metric, run.results, split)
            if now.of < of and id in GIVEN:
                found.append(Finding("baseline", f"{split} {metric.title}: counted on {now.of:g}, in the baseline on {of:g}", True))
            elif now.rate is None:
                found.append(Finding("baseline", f"{split} {metric.title}: nothing was counted, in the baseline {of:g} were", True))
            elif _is_worse(now, hits / of):
                found.append(Finding("baseline", f"{split} {metric.title}: {now.rate:.3f}, in the baseline {hits / of:.3f}", True))
    return found


def _is_worse(now: Figure, before: float) -> bool:
    rate = now.rate if now.rate is not None else 0.0
    return rate < before - 1e-6 if now.metric.high else rate > before + 1e-6


def _flips(run: Run, baseline: Baseline) -> list[Finding]:
    lost, found = 0, []
    new = changed = 0
    for result in run.results:
        then = baseline.cases.get(result.about.id)
        new += then is None
        changed += then is not None and then.digest != result.about.digest
        if then is None or then.digest != result.about.digest or not then.passed or result.passed or result.about.gate == "report_only":
            continue
        if result.about.split == "holdout":
            lost += 1
        else:
            found.append(Finding("flip", f"{result.about.id} passed in the baseline and does not now: {why_not(result)}", True, result.about.id))
    if lost:
        found.append(Finding("flip", f"{lost} holdout cases passed in the baseline and do not now", True))
    gone = len(set(baseline.cases) - set(run.by_case))
    if gone:
        found.append(Finding("baseline", f"{gone} cases of the baseline were not run. Run all of them, or bless a baseline without them.", True))
    if new or changed:
        found.append(Finding("note", f"{new} cases are new and {changed} changed since the baseline was blessed.", False))
    return found
