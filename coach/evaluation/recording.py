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

from coach.ask import Ask
from coach.errors import BudgetError, ReplayError
from coach.evaluation.cases import EvalCase
from coach.evaluation.manifest import HALF
from coach.evaluation.oracle import Dictated
from coach.evaluation.runner import review_case
from coach.evaluation.suites import Suite
from coach.llm.asker import Chat
from coach.llm.recordings import Made, Recorder
from coach.playbook import Playbook
from coach.readers import read
from coach.review import review
from coach.settings import Settings


class Limits(NamedTuple):
    """What a recording may use in all; None is no limit. Prices are in dollars for a million tokens."""

    calls: int | None = None
    usd: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0


class Spent(NamedTuple):
    """What was used so far."""

    cases: int = 0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def usd(self, limits: Limits) -> float:
        """In dollars."""
        return (self.tokens_in * limits.price_in + self.tokens_out * limits.price_out) / 1e6


class Job(NamedTuple):
    """What records: the suite, its settings, and where each file says that it comes from."""

    suite: Suite
    settings: Settings
    playbook: Playbook
    made: Made


def to_record(job: Job, cases: Iterable[EvalCase], stale: bool) -> Iterator[EvalCase]:
    """The cases without recordings, or those whose recordings no longer answer their requests."""
    assert job.suite.recordings is not None
    for case in cases:
        there = any((job.suite.recordings / case.id).glob("*.json"))
        if not stale and not there:
            yield case
        elif stale and there:
            try:
                review_case(job.suite, case, job.playbook)
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


def record(job: Job, cases: list[EvalCase], chat_for: Callable[[EvalCase], Chat], limits: Limits) -> Iterator[Spent]:
    """Records case after case, telling what was spent. Raises BudgetError before a case that could cross a limit."""
    spent, dearest = Spent(), Spent(calls=1)
    for case in cases:
        so_far = f"{spent.cases} of {len(cases)} cases are recorded"
        if limits.calls is not None and spent.calls + dearest.calls > limits.calls:
            raise BudgetError(f"{spent.calls} calls were made and {limits.calls} are allowed; {so_far}. Raise --max-calls.")
        if limits.usd is not None and spent.usd(limits) + dearest.usd(limits) > limits.usd:
            raise BudgetError(f"${spent.usd(limits):.5f} are spent and ${limits.usd:.5f} allowed; {so_far}. Raise --max-usd.")
        used = record_case(job, case, chat_for(case))
        dearest = Spent(1, max(dearest.calls, used.calls), max(dearest.tokens_in, used.tokens_in), max(dearest.tokens_out, used.tokens_out))
        spent = Spent(*(a + b for a, b in zip(spent, used, strict=True)))
        yield spent


def record_case(job: Job, case: EvalCase, chat: Chat) -> Spent:
    """Records all replies to one case in place of those that are there. Raises AskError, and then leaves the old ones."""
    assert job.suite.recordings is not None
    folder = job.suite.recordings / case.id
    fresh = folder.with_name(folder.name + HALF)
    shutil.rmtree(fresh, ignore_errors=True)
    ask: Ask = job.settings.asker(Recorder(chat, fresh, job.made))
    if isinstance(chat, Dictated):
        ask = chat.over(ask)
    try:
        usage = review(read(case.note, case.id), job.playbook, ask, case.as_of).provenance.usage
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Spent(1, usage.calls, usage.tokens_in or 0, usage.tokens_out or 0)


def folder_of(settings: Settings, suite: str) -> Path:
    """Where a suite's recordings are kept."""
    return settings.evals / "recordings" / suite
