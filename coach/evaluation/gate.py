"""May this run pass? In: a run, the thresholds and the blessed baseline. Out: findings, worst first.

Judges what a run wrote down, so the same run can be judged again without paying again. A metric that is missing, or was
counted on fewer things than in the baseline, fails. Of the holdout only numbers are named, never its cases: whoever reads
which of them failed begins to tune on them. Nothing is blessed here.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.cases import SPLITS, Label, Split
from coach.evaluation.metrics import BY_ID, METRICS, Figure, Prices, figure
from coach.evaluation.results import Result, Run

WORST = ("infrastructure", "exact", "must pass", "floor", "baseline", "flip", "note")
MOST_INFRA = 0.02  # share of cases without an answer from which the run is invalid, not failed


class Floor(Value):
    """A figure that a suite has to reach, whatever the baseline says. `on`: the rate itself, or the far end of its interval."""

    suite: str
    split: Split
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    on: Literal["rate", "interval"] = "rate"


class Thresholds(Value):
    """evals/thresholds.toml."""

    prices: Prices = Prices()
    floor: tuple[Floor, ...] = ()


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


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds of a file. Raises CaseError that names file and line."""
    try:
        text = path.read_text(encoding="utf-8")
        found = Thresholds.model_validate(tomllib.loads(text))
    except OSError:
        raise CaseError(f"{path} is not there. Copy evals/thresholds.toml.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"{path.name}: not TOML: {error}. Mend that line.") from None
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        raise CaseError(f"{path.name}:{_floor_line(text, first['loc'])}: {'.'.join(map(str, first['loc']))}: {first['msg']}. Mend that line.") from None
    for at, floor in enumerate(found.floor):
        if floor.metric not in BY_ID:
            raise CaseError(f"{path.name}:{_floor_line(text, ('floor', at))}: no metric is called {floor.metric}. `coach eval metrics` lists them.")
        if (floor.at_least is None) == (floor.at_most is None):
            raise CaseError(f"{path.name}:{_floor_line(text, ('floor', at))}: say either at_least or at_most.")
    return found


def _floor_line(text: str, place: tuple[Any, ...]) -> int:
    starts = [at for at, line in enumerate(text.splitlines(), 1) if line.strip() == "[[floor]]"]
    return starts[place[1]] if len(place) > 1 and place[0] == "floor" and isinstance(place[1], int) and place[1] < len(starts) else 1


def read_baseline(path: Path) -> Baseline | None:
    """The baseline in a file, None if none was blessed yet. Raises CaseError."""
    if not path.is_file():
        return None
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise CaseError(f"{path.name} is not a baseline. Bless a run again: coach eval bless RUN.") from None


def bless(run: Run, path: Path) -> Baseline:
    """Makes a run the baseline of its suite."""
    figures: dict[Split, dict[str, tuple[float, float]]] = {}
    for split in SPLITS:
        found = (figure(metric, run.results, split) for metric in METRICS)
        figures[split] = {one.metric.id: (round(one.hits, 6), one.of) for one in found if one.of}
    cases = {r.about.id: Blessed(digest=r.about.digest, label=r.answer.label if r.answer else None, passed=r.passed) for r in run.results}
    made = Baseline(suite=run.suite, model=run.model, prompts=run.prompts, weights=run.weights, cases=cases, figures=figures)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return made


def judge(run: Run, thresholds: Thresholds, baseline: Baseline | None) -> list[Finding]:
    """All findings, worst first; the run passes if none of them `fails`."""
    found = [*_unanswered(run), *_exact(run), *_must_pass(run), *_floors(run, thresholds)]
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


def _unanswered(run: Run) -> list[Finding]:
    lost = [result for result in run.results if result.answer is None]
    if not lost:
        return []
    text = f"{len(lost)} of {len(run.results)} cases got no answer, first {lost[0].about.id}: {lost[0].error}"
    return [Finding("infrastructure", text, len(lost) > MOST_INFRA * len(run.results))]


def _exact(run: Run) -> list[Finding]:
    found = []
    for metric in METRICS:
        whole = figure(metric, run.results)
        if metric.exact and whole.of and whole.hits != whole.of:
            first = next(r for r in run.results if (s := r.by_metric.get(metric.id)) and s.hits != s.of)
            why = first.by_metric[metric.id].why
            text = f"{metric.title}: {whole.of - whole.hits:g} of {whole.of:g} do not. {why[0] if why else ''}"
            found.append(Finding("exact", text.strip(), True, first.about.id))
    return found


def _must_pass(run: Run) -> list[Finding]:
    return [
        Finding("must pass", f"{result.about.id} has to pass and does not: {why_not(result)}", True, result.about.id)
        for result in run.results
        if result.about.gate == "must_pass" and not result.passed
    ]


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
            if now.of < of and metric.per == "case":
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
