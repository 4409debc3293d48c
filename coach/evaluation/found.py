"""What there is to look at. In: settings. Out: the whole runs and the baselines by name, and what tells one state of a file from another.

Reads heads only: a run is opened when it is looked at. Never raises for a folder that holds something else.
"""

from pathlib import Path
from typing import NamedTuple

from coach.errors import CaseError
from coach.evaluation.bench import Bench
from coach.evaluation.cases import EvalCase
from coach.evaluation.results import Head, RunFolder, runs_in
from coach.evaluation.thresholds import read_thresholds
from coach.settings import Settings

SOURCES = {"offline": "no language model", "live": "live", "recorded live": "recorded", "authored": "authored replies, which say nothing of a model"}


class Found(NamedTuple):
    """A whole run. `name` is its place below the folder of runs."""

    name: str
    folder: Path
    head: Head

    @property
    def title(self) -> str:
        """The run's name, and who answered if that is not the offline analyst."""
        prompts = f", prompts {self.head.prompts}" if self.head.prompts else ""
        return self.name if self.head.source == "offline" else f"{self.name} ({self.head.model}, {SOURCES[self.head.source]}{prompts})"


def whole_runs(settings: Settings) -> list[Found]:
    """The runs that came to their end, newest first."""
    found = []
    for folder in runs_in(settings.runs):
        at = RunFolder(folder)
        if at.whole:
            try:
                found.append(Found(folder.relative_to(settings.runs).as_posix(), folder, at.head()))
            except CaseError:
                continue  # a head that cannot be read: no run of ours
    return sorted(found, key=lambda one: one.head.started, reverse=True)


def baselines(settings: Settings) -> list[str]:
    """Suites that have a blessed baseline."""
    return sorted(path.stem for path in (settings.evals / "baselines").glob("*.json"))


def prompt_sets(settings: Settings) -> tuple[str, ...]:
    """Names of the folders of templates, the one in use first."""
    return tuple(sorted({*settings.prompt_sets(), settings.prompt_set}, key=lambda name: (name != settings.prompt_set, name)))


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Tells one state of the cases in a folder from another, without reading them."""
    stats = ((path.name, path.stat()) for path in sorted(folder.glob("*.yaml")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def bench_of(settings: Settings, cases: list[EvalCase]) -> Bench:
    """A bench over cases that were read before. Raises CaseError or PlaybookError."""
    return Bench(settings, cases, settings.playbook("default"), read_thresholds(settings.evals / "thresholds.toml"))
