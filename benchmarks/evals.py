"""How fast the eval harness is, and what it holds in memory. In: nothing. Out: a table, printed.

Each row runs in a process of its own, so that its peak of memory is its own. Generated cases are the shipped ones over and
over under new ids. `run` is reviewing, scoring and writing; `report` is judging and laying out.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from coach.evaluation.bench import CORES, OFFLINE_SUITE, judged, set_up, write_reports
from coach.evaluation.cases import EvalCase
from coach.evaluation.manifest import write_manifest
from coach.evaluation.oracle import Dictated
from coach.evaluation.recording import Job, record, spread
from coach.evaluation.results import RunFolder
from coach.evaluation.runner import Plan, head_of, run
from coach.evaluation.suites import Suite
from coach.llm.budget import Limits, Purse
from coach.llm.recordings import Made
from coach.settings import Settings, load

SIZES = (50, 200, 800, 2_000)
RECORDED = 200
MEBI = 1024  # ru_maxrss counts in kibibytes on Linux


def evals(_: Settings) -> None:
    """Seconds and peak memory of eval runs by number of cases: the offline analyst, then authored recordings."""
    print(f"{CORES} processes")
    print(f"{'suite':10} {'cases':>6} {'run s':>8} {'cases/s':>8} {'report s':>9} {'parent MB':>10} {'worker MB':>10} {'file MB':>8}")
    for suite, size in (*(("offline", size) for size in SIZES), ("authored", RECORDED)):
        done = subprocess.run([sys.executable, "-m", "benchmarks.evals", suite, str(size)], capture_output=True, text=True, check=True)
        row = json.loads(done.stdout)
        print(
            f"{suite:10} {size:6,} {row['run']:8.1f} {size / row['run']:8.1f} {row['report']:9.1f} "
            f"{row['parent']:10.0f} {row['worker']:10.0f} {row['file']:8.1f}",
            flush=True,
        )


def generated(cases: list[EvalCase], count: int) -> list[EvalCase]:
    """So many cases, each round of the shipped ones under ids and clusters of its own."""
    made = []
    for at, case in enumerate(islice(cycle(cases), count)):
        turn = f"-r{at // len(cases)}"
        data = case.model_dump() | {"id": case.id + turn, "cluster": case.cluster + turn, "of": case.of and case.of + turn}
        made.append(EvalCase.model_validate(data))
    return made


def measured(name: str, count: int, folder: Path) -> dict[str, float]:
    """One row."""
    settings = load()
    bench = set_up(settings)
    suites: dict[str, Callable[[], tuple[Suite, list[EvalCase]]]] = {
        "offline": lambda: (OFFLINE_SUITE, generated(bench.cases, count)),
        "authored": lambda: _recorded(settings, spread(bench.cases, count), folder / "recordings"),
    }
    suite, cases = suites[name]()
    plan = Plan(suite, cases, bench.playbook, workers=CORES)
    start = time.perf_counter()
    done = run(plan, RunFolder(folder / "run"), head_of(plan, "then"))
    assert done is not None
    middle = time.perf_counter()
    write_reports([judged(bench._replace(cases=cases), done)], folder / "run")
    return {
        "run": middle - start,
        "report": time.perf_counter() - middle,
        "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBI,
        "worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEBI,
        "file": (folder / "run" / "results.jsonl").stat().st_size / 1e6,
    }


def _recorded(settings: Settings, cases: list[EvalCase], folder: Path) -> tuple[Suite, list[EvalCase]]:
    suite = Suite(name="authored", model="gold", source="authored", recordings=folder)
    job = Job(suite, settings, settings.playbook("default"), Made(kind="authored", on="2026-03-02", tool="bench"))
    for _ in record(job, cases, Dictated, Purse(Limits())):
        pass
    write_manifest(folder, [case.id for case in cases])
    return suite, cases


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), Path(made))))
