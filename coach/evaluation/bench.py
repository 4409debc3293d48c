"""The work behind each eval command. In: settings and plain options. Out: dossiers, files in a run's folder, exit codes.

Run writes, gate judges: a run can be judged again without paying again. The command line and the page both call this.
"""

from pathlib import Path
from typing import NamedTuple

from coach.answering import OFFLINE
from coach.errors import CaseError, ReplayError
from coach.evaluation.cases import EvalCase, load_cases
from coach.evaluation.dumb import DUMB, agreement, dumb_run
from coach.evaluation.gate import Finding, bless, exit_code, judge, read_baseline
from coach.evaluation.lint import Lint, orphans
from coach.evaluation.manifest import check_manifest, recorded_cases
from coach.evaluation.report import Dossier, contents, flips_csv, junit, markdown, page
from coach.evaluation.results import Run, RunFolder, read_run
from coach.evaluation.runner import Plan, Progress, head_of, run
from coach.evaluation.suites import ANALYST, Suite, recorded_suites
from coach.evaluation.thresholds import Thresholds, read_thresholds
from coach.playbook import Playbook
from coach.settings import Settings, cores

OFFLINE_SUITE = Suite(name="offline", model=ANALYST, source="offline")
CORES = cores()


class Bench(NamedTuple):
    """The eval set as it lies in a folder, with what judges it."""

    settings: Settings
    cases: list[EvalCase]
    playbook: Playbook
    thresholds: Thresholds

    @property
    def folder(self) -> Path:
        """The folder that holds cases, recordings, baselines and thresholds."""
        return self.settings.evals

    def suites(self) -> list[Suite]:
        """The offline analyst, and a suite for each folder of recordings."""
        return [OFFLINE_SUITE, *recorded_suites(self.folder / "recordings")]

    def playbook_of(self, suite: Suite) -> Playbook:
        """What a suite is held against. Raises PlaybookError."""
        return self.settings.playbook(suite.playbook) if suite.playbook else self.playbook

    def baseline(self, suite: str) -> Path:
        """Where the blessed run of a suite is kept."""
        return self.folder / "baselines" / f"{suite}.json"


def set_up(settings: Settings, playbook: str = "default") -> Bench:
    """Reads cases, playbook and thresholds. Raises CaseError or PlaybookError."""
    return Bench(settings, load_cases(settings.evals / "cases"), settings.playbook(playbook), read_thresholds(settings.evals / "thresholds.toml"))


def chosen(bench: Bench, suite: Suite) -> list[EvalCase]:
    """The cases that a suite can answer: all, or those that were recorded."""
    if suite.recordings is None:
        return bench.cases
    recorded = set(recorded_cases(suite.recordings))
    known = {case.id for case in bench.cases}
    if orphans := sorted(recorded - known):
        raise ReplayError(f"{suite.name}: recordings of {orphans[0]}, which is no case. Delete the folder, or bring the case back.")
    return [case for case in bench.cases if case.id in recorded]


def run_suite(bench: Bench, plan: Plan, folder: Path, progress: Progress, resume: bool = False) -> Run | None:
    """Runs one suite in a new folder, or goes on with the run in it; None if `progress` stopped it. Raises CaseError or ReplayError."""
    at = RunFolder(folder)
    if plan.suite.recordings is not None:
        check_manifest(plan.suite.recordings)
    if not resume:
        if (folder / "head.json").is_file():
            raise CaseError(f"{folder} holds a run already. Go on with it: coach eval run --resume {folder}. Or name another folder.")
        return run(plan, at, head_of(plan, bench.settings.now().isoformat(timespec="seconds")), progress)
    head = at.head()
    if head_of(plan, head.started) != head:
        raise CaseError(f"{folder} was begun with another answerer, prompts or weights. Give the same --model, --suite and --prompts, or start a new run.")
    if at.whole:
        done = read_run(folder)
        if {id: one.about.digest for id, one in done.by_case.items() if one.answer} == {case.id: case.digest for case in plan.cases}:
            return done
    return run(plan, at, head, progress)


def strays(bench: Bench) -> list[Lint]:
    """Baselines and floors that judge nothing. Raises ReplayError."""
    blessed = [path.stem for path in sorted((bench.folder / "baselines").glob("*.json"))]
    return orphans([suite.name for suite in bench.suites()], blessed, [floor.suite for floor in bench.thresholds.floor])


def judged(bench: Bench, done: Run) -> Dossier:
    """A run with the gate's findings, the dumb answerers on the same cases, and the readers' agreement."""
    baseline = read_baseline(bench.baseline(done.suite))
    mine = [case for case in bench.cases if case.id in done.by_case]
    dumb = {name: dumb_run(name, mine, bench.thresholds.prices) for name in DUMB} if mine else {}
    findings = [*judge(done, bench.thresholds, baseline), *(Finding("note", f"{one.case}: {one.text}.", False) for one in strays(bench))]
    return Dossier(done, findings, bench.thresholds, baseline, dumb, agreement(bench.cases))


def write_reports(dossiers: list[Dossier], folder: Path) -> None:
    """report.md, report.html, junit.xml and flips.csv in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = list(contents(dossiers))
    for name, text in (("report.md", markdown(blocks)), ("report.html", page(blocks)), ("junit.xml", junit(dossiers)), ("flips.csv", flips_csv(dossiers))):
        (folder / name).write_text(text, encoding="utf-8")


def worst_code(dossiers: list[Dossier]) -> int:
    """The exit code of all: a run without answers before one that failed."""
    return max((exit_code(dossier.findings) for dossier in dossiers), default=0)


def blessable(bench: Bench, done: Run, folder: Path, cases: list[EvalCase] | None = None) -> None:
    """Raises CaseError if a run is not of all cases of its suite, or of `cases`, as they are now, each with an answer."""
    if cases is None:
        cases = chosen(bench, next((suite for suite in bench.suites() if suite.name == done.suite), OFFLINE_SUITE))
    if missing := [case.id for case in cases if case.id not in done.by_case]:
        raise CaseError(f"{folder} lacks {len(missing)} cases, first {missing[0]}. A baseline is blessed from a run of all of them.")
    if gone := sorted(set(done.by_case) - {case.id for case in bench.cases}):
        raise CaseError(f"{len(gone)} cases of {folder} are gone, first {gone[0]}. Run it again without them, then bless.")
    if changed := [case.id for case in bench.cases if (one := done.by_case.get(case.id)) and one.about.digest != case.digest]:
        raise CaseError(f"{len(changed)} cases changed since {folder} was run, first {changed[0]}. Run them again, then bless.")
    if silent := [result.about.id for result in done.results if result.answer is None]:
        raise CaseError(f"{len(silent)} cases of {folder} have no answer, first {silent[0]}. Go on with --resume, then bless.")


def bless_run(bench: Bench, folder: Path) -> Path:
    """Makes a whole run of all cases the baseline of its suite. Raises CaseError if it is not whole, or not of all cases."""
    done = read_run(folder)
    blessable(bench, done, folder)
    path = bench.baseline(done.suite)
    bless(done, path)
    return path


def name_of(model: str) -> str:
    """A model's name as a folder."""
    return "offline" if model in (ANALYST, OFFLINE) else "".join(char if char.isalnum() or char in "._-" else "-" for char in model)
