"""Recording a suite. In: cases and a chat. Out: files in evals/recordings/<suite>/<case>/.

`--missing` records what is not there, `--stale` what no longer fits its request; both walk each case from its first request,
because a later one quotes the replies before it. A case is recorded whole or not at all. Costs are counted before the next
case begins.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from coach.answering import parted
from coach.ask import Ask
from coach.errors import OverBudget, ReplayError
from coach.evaluation.cases import EvalCase
from coach.evaluation.manifest import HALF, UNASKED, UNASKED_TEXT, recorded_cases
from coach.evaluation.oracle import Dictated
from coach.evaluation.runner import FEWEST_CALLS, review_case
from coach.evaluation.suites import Suite, recorded_suite
from coach.llm.asker import Chat
from coach.llm.budget import Purse, Spent
from coach.llm.recordings import Made, Recorder
from coach.playbook import Playbook
from coach.readers import read
from coach.review import review
from coach.settings import Settings


class Job(NamedTuple):
    """What records: the suite, its settings, and where each file says that it comes from."""

    suite: Suite
    settings: Settings
    playbook: Playbook
    made: Made


def to_record(job: Job, cases: Iterable[EvalCase], stale: bool) -> Iterator[EvalCase]:
    """The cases without recordings, or those whose recordings no longer answer their requests."""
    assert job.suite.recordings is not None
    there = set(recorded_cases(job.suite.recordings))
    replayed = (recorded_suite(job.suite.recordings) if stale and there else None) or job.suite
    replayed = replayed.model_copy(update={"prompt_set": job.suite.prompt_set or replayed.prompt_set})
    for case in cases:
        if not stale and case.id not in there:
            yield case
        elif stale and case.id in there:
            try:
                review_case(replayed, case, job.playbook)
            except ReplayError:
                yield case


def spread(cases: list[EvalCase], most: int | None) -> list[EvalCase]:
    """At most `most` cases, taken in turn from each gold stage, split and family, so that a small recording is no lopsided one."""
    if most is None or len(cases) <= most:
        return cases
    groups: dict[tuple[object, ...], list[EvalCase]] = {}
    for case in cases:
        groups.setdefault((str(case.gold.stage), case.split, case.family, case.source.kind), []).append(case)
    rounds = [case for row in zip_longest(*groups.values()) for case in row if case is not None]
    kept = {case.id for case in rounds[:most]}
    return [case for case in cases if case.id in kept]


def record(job: Job, cases: list[EvalCase], chat_for: Callable[[EvalCase], Chat], purse: Purse) -> Iterator[int]:
    """Records case after case, telling how many are. Raises OverBudget before a case that could cross a limit of the purse."""
    dearest = Spent(FEWEST_CALLS)
    for done, case in enumerate(cases):
        if not purse.room(dearest):
            raise OverBudget(f"{purse.told()}; {done} of {len(cases)} cases are recorded. Raise --max-calls, --max-tokens or --max-usd.")
        before = purse.spent
        record_case(job, case, chat_for(case))
        dearest = dearest.at_least(purse.spent.less(before))
        yield done + 1


def record_case(job: Job, case: EvalCase, chat: Chat) -> None:
    """Records all replies to one case in place of those that are there. Raises AskError, and then leaves the old ones."""
    assert job.suite.recordings is not None
    folder = job.suite.recordings / case.id
    fresh = folder.with_name(folder.name + HALF)
    shutil.rmtree(fresh, ignore_errors=True)
    ask: Ask = job.settings.over(Recorder(chat, fresh, job.made), parted(job.suite.model)[1])
    if isinstance(chat, Dictated):
        ask = chat.over(ask)
    try:
        review(read(case.note, case.id), job.playbook, ask, case.as_of)
        shutil.rmtree(folder, ignore_errors=True)
        if not fresh.is_dir():
            fresh.mkdir(parents=True)
            (fresh / UNASKED).write_text(UNASKED_TEXT, encoding="utf-8")
        fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def folder_of(settings: Settings, suite: str) -> Path:
    """Where a suite's recordings are kept."""
    return settings.evals / "recordings" / suite
