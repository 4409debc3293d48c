"""A run into the working folder. In: a finished run. Out: what accepting it would change in evals/, and then those files.

Accepting a live run makes its replies the recordings of its suite and the run itself the blessed baseline; of another run it
is the baseline alone. First the list of files with how many lines come and go, then, when somebody has looked, the writing:
all beside the old files, and moved into their place at the end. Never in CI, never a run that is not whole, and git is left
to whoever reads the change.
"""

import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from coach.errors import CaseError
from coach.evaluation.bench import Bench, blessable
from coach.evaluation.chosen import REPLIES, chosen_in
from coach.evaluation.gate import baseline_of, baseline_text
from coach.evaluation.manifest import HALF, NAME, UNASKED, UNASKED_TEXT, check_manifest, manifest_text
from coach.evaluation.results import RunFolder, read_run, write_whole
from coach.evaluation.suites import SETUP, setup_text
from coach.llm.recordings import read_record

What = Literal["new", "changed", "gone"]


class Change(NamedTuple):
    """One file below evals/, and how many lines of it come and go."""

    path: str
    what: What
    plus: int
    minus: int


class Proposal(NamedTuple):
    """What accepting a run changes. `files` are those that will be there, by their path below evals/; unchanged ones are in no `changes`."""

    suite: str
    run: Path
    evals: Path
    files: dict[str, Path | str]
    changes: tuple[Change, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The two places that are written to."""
        return tuple(dict.fromkeys("/".join(path.split("/")[:2]) for path in self.files))

    @property
    def stat(self) -> str:
        """How much changes, on one line."""
        counts = Counter(change.what for change in self.changes)
        kinds = ", ".join(f"{counts[what]} {what}" for what in ("new", "changed", "gone") if counts[what])
        plus, minus = sum(change.plus for change in self.changes), sum(change.minus for change in self.changes)
        return f"{len(self.changes)} files: {kinds}; {plus:,} lines come, {minus:,} go" if self.changes else "Nothing changes: it is what is there already"

    @property
    def look(self) -> str:
        """The command that shows the change once it is written."""
        where = " ".join(shlex.quote(path) for path in self.paths)
        at = shlex.quote(str(self.evals))
        return f"git -C {at} add -N {where} && git -C {at} diff --stat -- {where}"


def proposal(bench: Bench, folder: Path) -> Proposal:
    """What accepting the run in a folder would change. Writes nothing. Raises CaseError for a run that cannot be accepted, and anywhere in CI."""
    if bench.settings.ci:
        raise CaseError("CI does not bless. Do it on your machine and commit the change.")
    run = read_run(folder)
    want = chosen_in(folder, RunFolder(folder).head())
    files: dict[str, Path | str] = {}
    if run.source == "live":
        blessable(bench, run, folder, [case for case in bench.cases if case.id in run.by_case])
        files = _recordings(folder / REPLIES, run.suite, {case: result.calls for case, result in run.by_case.items()})
        files[f"recordings/{run.suite}/{SETUP}"] = setup_text(want.setup)
    else:
        if run.source == "offline" and run.playbook != bench.playbook.id:
            raise CaseError(f"{folder} is held against {run.playbook}, and the analyst's baseline is held against {bench.playbook.id}. Run that.")
        blessable(bench, run, folder)
    files[f"baselines/{run.suite}.json"] = baseline_text(baseline_of(run))
    return Proposal(run.suite, folder, bench.folder, files, tuple(_changes(bench.folder, files, run.suite)))


def _recordings(replies: Path, suite: str, asked: dict[str, int]) -> dict[str, Path | str]:
    """The replies of a live run as the recordings of its suite, with their manifest. `asked` counts the calls of each case. Raises CaseError or ReplayError."""
    files: dict[str, Path | str] = {}
    digests = {}
    for case in sorted(asked):
        found = sorted((replies / case).glob("*.json"))
        if not found and not asked[case]:
            files[f"recordings/{suite}/{case}/{UNASKED}"] = UNASKED_TEXT
            digests[f"{case}/{UNASKED}"] = sha256(UNASKED_TEXT.encode()).hexdigest()
        elif not found:
            raise CaseError(f"{replies} holds no replies to {case}. Only a live run that kept its replies can be accepted: run it anew.")
        for path in found:
            read_record(path)
            files[f"recordings/{suite}/{case}/{path.name}"] = path
            digests[f"{case}/{path.name}"] = sha256(path.read_bytes()).hexdigest()
    files[f"recordings/{suite}/{NAME}"] = manifest_text(digests)
    return files


def _changes(evals: Path, files: dict[str, Path | str], suite: str) -> Iterator[Change]:
    for name, fresh in sorted(files.items()):
        old, new = _text(evals / name), _text(fresh)
        if old != new:
            yield Change(name, "changed" if (evals / name).is_file() else "new", *_lines(old, new))
    folder = evals / "recordings" / suite
    if f"recordings/{suite}/{NAME}" in files:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if (name := path.relative_to(evals).as_posix()) not in files:
                yield Change(name, "gone", *_lines(_text(path), ""))


def _text(at: Path | str) -> str:
    if isinstance(at, str):
        return at
    return at.read_text(encoding="utf-8", errors="replace") if at.is_file() else ""


def _lines(old: str, new: str) -> tuple[int, int]:
    """How many lines come and go, wherever they stand: what a diff counts too, but for lines that only move."""
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    return sum((after - before).values()), sum((before - after).values())


def accept(made: Proposal) -> None:
    """Writes a proposal: everything beside what is there first, then each in its place. What cannot be written leaves all as it was."""
    recordings = made.evals / "recordings" / made.suite
    fresh, old = (recordings.with_name(f"{made.suite}{end}{HALF}") for end in (".new", ".old"))
    baseline = f"baselines/{made.suite}.json"
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    own = f"recordings/{made.suite}/"
    mine = {name.removeprefix(own): at for name, at in made.files.items() if name.startswith(own)}
    (made.evals / "baselines").mkdir(parents=True, exist_ok=True)
    text = made.files[baseline]
    assert isinstance(text, str)
    before = recordings.is_dir()
    try:
        for name, at in mine.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(at.encode() if isinstance(at, str) else at.read_bytes())
        if mine:
            check_manifest(fresh)
            if before:
                recordings.replace(old)
            fresh.replace(recordings)
        write_whole(made.evals / baseline, text)
    except BaseException:
        if mine and old.is_dir():
            shutil.rmtree(recordings, ignore_errors=True)
            old.replace(recordings)
        elif mine and not before:
            shutil.rmtree(recordings, ignore_errors=True)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
