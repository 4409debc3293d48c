"""Cases in, results out. Reviews each case with a suite's answerer, scores it and writes it down at once.

The offline analyst and replays run in processes, a live model in threads: it waits on the network. Results come in the
order of the cases, whatever finished first. A run that was cut off goes on where it stopped; one that is stopped waits for the
cases in hand and keeps them. Never judges: that is `gate`.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import islice
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

from coach.errors import AskError, BadReply, CaseError, CoachError, KeyRefused, ModelNotFound, OverBudget, ReplayError
from coach.evaluation.cases import EvalCase
from coach.evaluation.metrics import Prices, crossed
from coach.evaluation.results import VERSUS, Answered, Head, Result, Run, RunFolder, about
from coach.evaluation.scorers import Seen, score
from coach.evaluation.scorers.seen import label_of
from coach.evaluation.suites import Live, Suite, Watched, shut_network, table
from coach.llm.budget import Limits, Purse, Spent
from coach.playbook import Playbook
from coach.readers import read
from coach.review import Review, review
from coach.textmodel import WEIGHTS
from coach.textmodel.encoder import ENCODER

AHEAD = 4  # cases handed out per worker before their turn
FEWEST_CALLS = 3  # of one case
ALONE = 12  # fewer cases than this are not worth starting processes for
Progress = Callable[[int, int], bool]
"""Told how many of how many cases are done; answers whether to go on."""


class Reviewed(NamedTuple):
    """A result with the review behind it as JSON, None if there is none."""

    result: Result
    review: str | None


class Plan(NamedTuple):
    """What is run, and how: at most `workers` cases at once. With `live`, none is begun that could cross its purse's limits."""

    suite: Suite
    cases: list[EvalCase]
    playbook: Playbook
    prices: Prices = Prices()
    workers: int = 2
    live: Live | None = None


def review_case(suite: Suite, case: EvalCase, playbook: Playbook, live: Live | None = None) -> Reviewed:
    """One case, reviewed and scored; a failing server gives a result with its error.

    Raises ReplayError if a recording is missing or unused, and what no further case would mend: KeyRefused, ModelNotFound, OverBudget.
    """
    answerer = table(suite, case, live)
    watched = Watched(answerer.ask)
    conversation = read(case.note, case.id)
    try:
        done = review(conversation, playbook, watched, case.as_of)
    except (KeyRefused, ModelNotFound, OverBudget):
        raise
    except AskError as error:
        spent = watched.calls + (2 if isinstance(error, BadReply) else 1)  # a bad reply was asked for once more
        return Reviewed(Result(about=about(case), answer=None, scores=(), error=str(error), spent=spent), None)
    if answerer.recorded is not None and (unused := answerer.recorded.unused):
        raise ReplayError(f"{case.id}: {unused[0].name} was recorded and nothing asks for it any more. Record it again: coach eval record --stale.")
    seen = Seen(case, conversation, playbook, done, tuple(watched.replies))
    return Reviewed(Result(about=about(case), answer=answered(done), scores=tuple(score(seen))), done.model_dump_json(by_alias=True))


def answered(done: Review) -> Answered:
    """A review in short."""
    verdict, usage = done.verdict, done.provenance.usage
    quote = verdict.commitment.quote or verdict.for_
    return Answered(
        label=label_of(done),
        rule=verdict.rule,
        headline=verdict.headline,
        quote=quote.text if quote else None,
        against=verdict.against.text if verdict.against else None,
        statuses={row.id: row.status for row in done.criteria},
        calls=usage.calls,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
    )


def run(plan: Plan, folder: RunFolder, head: Head, progress: Progress = lambda _done, _of: True) -> Run | None:
    """Runs what `folder` does not hold yet and writes the whole run; None if `progress` said stop. `head` comes from `head_of`."""
    folder.begin(head)
    folder.mend()
    results = {result.about.id: result for result, _ in folder.lines()}
    known = {case.id: case.digest for case in plan.cases}
    if changed := [id for id, result in results.items() if known.get(id) != result.about.digest]:
        raise CaseError(f"{changed[0]} changed since {folder.path} was begun, or is not among the cases now. Start a new run.")
    results = {id: result for id, result in results.items() if result.answer is not None}  # the others are asked again
    left = [case for case in plan.cases if case.id not in results]
    start = time.perf_counter()
    stop = threading.Event()
    try:
        with _accounts(plan, folder), closing(_each(plan, left, stop)) as made:  # closed at once when this ends early
            for one in made:
                folder.add(one.result, one.review)
                results[one.result.about.id] = one.result
                if not progress(len(results), len(plan.cases)):
                    stop.set()
    except OverBudget as error:
        raise OverBudget(f"{error} {_go_on(results, plan, folder)}") from None
    if len(results) < len(plan.cases):
        if stop.is_set():
            return None
        told = plan.live.purse.told() if plan.live else ""
        raise OverBudget(f"{told}; {_done(results, plan)}. Raise --max-calls, --max-tokens or --max-usd and go on with --resume {_where(folder)}.")
    whole = Run(
        **dict(head),
        seconds=round(time.perf_counter() - start, 3),
        results=crossed((results[case.id] for case in plan.cases), plan.prices),
    )
    folder.finish(whole)
    return whole


def _done(results: dict[str, Result], plan: Plan) -> str:
    return f"{len(results)} of {len(plan.cases)} cases are done"


def _go_on(results: dict[str, Result], plan: Plan, folder: RunFolder) -> str:
    return f"{_done(results, plan)}, and kept. Go on with --resume {_where(folder)}."


def _where(folder: RunFolder) -> Path:
    """The folder that is gone on with: that of the comparison, if the run is a side of one."""
    return folder.path.parent if (folder.path.parent / VERSUS).is_file() else folder.path


@contextmanager
def _accounts(plan: Plan, folder: RunFolder) -> Iterator[None]:
    """Writes down what a live run took, however it ends."""
    if plan.live is None:
        yield
        return
    purse, before, at_first = plan.live.purse, folder.spent(), plan.live.purse.spent
    try:
        yield
    finally:
        folder.spend(before.plus(purse.spent.less(at_first)))


class _Budget:
    """How many cases may still be begun. A case that is under way is taken to need as much as the dearest so far."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse
        self._dearest = Spent(FEWEST_CALLS)

    def room(self, under_way: int) -> int:
        """How many more cases may be begun."""
        return max(0, self._purse.room(self._dearest) - under_way)

    def take(self, result: Result) -> None:
        """Learns from a case that is done."""
        answer = result.answer
        used = Spent(result.calls, (answer.tokens_in if answer else 0) or 0, (answer.tokens_out if answer else 0) or 0)
        self._dearest = self._dearest.at_least(used)


def _each(plan: Plan, left: list[EvalCase], stop: threading.Event) -> Generator[Reviewed]:
    """Reviewed cases in order, a few handed out ahead, so that memory stays flat however many there are. Ends early where the budget does.

    After `stop`, or the first fault, no case is begun; those in hand are waited for and given, and then the fault is raised.
    """
    budget = _Budget(plan.live.purse if plan.live else Purse(Limits()))
    offline = plan.suite.source != "live"
    if plan.suite.recordings is None and (plan.workers < 2 or (offline and len(left) < ALONE)):
        for case in left:
            if stop.is_set() or not budget.room(0):
                return
            made = review_case(plan.suite, case, plan.playbook, plan.live)
            budget.take(made.result)
            yield made
        return
    with _pool(plan, offline) as pool:
        ahead: list[Future[Reviewed]] = []
        cases = iter(left)
        fault: CoachError | KeyboardInterrupt | None = None
        try:
            while True:
                if fault or stop.is_set():
                    ahead = [future for future in ahead if not future.cancel()]
                else:
                    more = min(plan.workers * AHEAD - len(ahead), budget.room(len(ahead)))
                    ahead += [pool.submit(review_case, plan.suite, case, plan.playbook, plan.live) for case in islice(cases, more)]
                if not ahead:
                    break
                try:
                    made = ahead[0].result()
                except KeyboardInterrupt as error:
                    if isinstance(fault, KeyboardInterrupt):
                        raise  # said twice: now
                    fault = error
                    continue
                except CoachError as error:
                    fault = fault or error
                    ahead.pop(0)
                    continue
                ahead.pop(0)
                budget.take(made.result)
                yield made
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    if fault:
        raise fault


def _pool(plan: Plan, offline: bool) -> Executor:
    if not offline:
        return ThreadPoolExecutor(plan.workers)
    from multiprocessing import get_context

    return ProcessPoolExecutor(plan.workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(plan.suite.recordings is not None,))


def _begin(replays: bool) -> None:
    """What a worker process does first. Ctrl-C is for the parent: it waits for what is under way. No worker outlives a parent that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if replays:
        shut_network()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def head_of(plan: Plan, started: str) -> Head:
    """What a run says of itself before its first case. Raises CaseError if there is no case to run."""
    if not plan.cases:
        raise CaseError("No case is left to run. Check --split, --case and --tag.")
    answerer = table(plan.suite, plan.cases[0]).ask.answerer
    return Head(
        suite=plan.suite.name,
        source=plan.suite.source,
        model=answerer.name,
        prompts=answerer.prompts,
        playbook=plan.playbook.id,
        weights=sha256(WEIGHTS.read_bytes() + ENCODER.read_bytes()).hexdigest()[:12],
        started=started,
    )
