"""What a live run will take, before it does. In: a bench and what was chosen. Out: an Estimate, and a sentence that says what it rests on.

A few of the cases are walked through the real prompts with the gold answers as replies, and the rest are taken to be like them
by length. How long replies are is taken from an earlier run of the same model if there is one. Sends nothing, and names no
price that nobody wrote down.
"""

from statistics import fmean
from typing import NamedTuple

from coach.answering import parted
from coach.ask import Ask
from coach.errors import CoachError
from coach.evaluation.bench import Bench
from coach.evaluation.cases import EvalCase
from coach.evaluation.chosen import Chosen, cases_of, suite_of
from coach.evaluation.found import whole_runs
from coach.evaluation.oracle import Dictated
from coach.evaluation.recording import spread
from coach.evaluation.results import read_run
from coach.evidence import Weighed
from coach.llm.asker import Chat, OnText, RawReply, Sent
from coach.llm.budget import NOTHING, Spent, most_of
from coach.llm.scripted import Scripted
from coach.llm.together import MOST_WEIGHED
from coach.readers import read
from coach.review import review
from coach.windows import tokens

SAMPLE = 12
WALKED = 5_000  # tokens of a note from which it is read in other requests than those the gold answers know
GOLD = "Replies are taken to be as long as gold answers, which are short: a model that thinks first writes several times as much."
CHECKS = f"The model is asked of each claim alone, which is up to {MOST_WEIGHED} short calls a case, with a word as reply."


class Estimate(NamedTuple):
    """What a run takes, about. `usd` is None where the price is not known; `basis` says what the length of replies was taken from."""

    cases: int
    words: int
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    basis: str

    @property
    def told(self) -> str:
        """It in a sentence."""
        money = f", about ${self.usd:.2f}" if self.usd is not None else "; no price is known"
        return (
            f"An estimate: {self.cases} cases, {self.words:,} words of notes, about {self.calls:,} calls, {self.tokens_in:,} tokens in and "
            f"{self.tokens_out:,} out{money}. {self.basis} How long it takes can be told after the first cases."
        )


def estimate(bench: Bench, want: Chosen) -> Estimate:
    """What a live run takes. Raises CoachError where it could not be begun either."""
    cases = cases_of(bench, want)
    short = [case for case in cases if tokens(case.note) < WALKED]
    sample = [_walked(bench, want, case) for case in spread(short or cases[:1], SAMPLE)]
    checks = parted(want.setup.model)[1]
    known = [one for one in sample if one.calls or checks]
    calls = fmean(one.calls for one in known) if known else 3.0
    shown = 0.0 if checks else calls  # of them hold the note
    note = sum(tokens(case.note) for case in cases) / max(1, len(cases))
    sampled = fmean(tokens(case.note) for case in spread(short or cases[:1], SAMPLE)) if cases else 0.0
    around = fmean(one.tokens_in for one in known) - shown * sampled if known else 0.0
    tokens_in = len(cases) * (around + shown * note)
    out, basis = _replies(bench, want)
    out = out if out is not None else fmean(one.tokens_out for one in known) if known else 0.0
    rate = bench.settings.rate(want.setup.model)
    usd = rate.usd(tokens_in, out * len(cases)) if rate else None
    words = sum(case.words for case in cases)
    return Estimate(len(cases), words, round(calls * len(cases)), _rounded(tokens_in), _rounded(out * len(cases)), usd, basis)


def _replies(bench: Bench, want: Chosen) -> tuple[float | None, str]:
    """Tokens that the model wrote for a case in an earlier run, None if there is none that says."""
    for run in whole_runs(bench.settings):
        if run.head.model == want.setup.model and run.head.source in ("live", "recorded live"):
            written = [one.answer.tokens_out for one in read_run(run.folder).results if one.answer and one.answer.tokens_out]
            if written:
                return fmean(written), f"Replies are taken to be as long as in {run.name}."
    return None, CHECKS if parted(want.setup.model)[1] else GOLD


def _rounded(count: float) -> int:
    """To two figures: more would look like knowledge."""
    return int(float(f"{count:.2g}"))


class _Counted:
    """A chat that counts what goes through it."""

    def __init__(self, chat: Chat, model: str) -> None:
        self._chat = chat
        self.model = model
        self.abreast = 1
        self.total = NOTHING

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        reply = self._chat(sent, on_text)
        self.total = self.total.plus(Spent(1, most_of(sent).tokens_in, tokens(reply.text)))
        return reply


def _walked(bench: Bench, want: Chosen, case: EvalCase) -> Spent:
    """What one case takes with the gold answers as replies, or with a yes to each claim; nothing where they do not fit."""
    settings = want.setup.within(bench.settings)
    name, checks = parted(want.setup.model)
    dictated = Dictated(case)
    agrees = Scripted([Weighed(speaks="for").model_dump_json()] * MOST_WEIGHED)
    counted = _Counted(agrees if checks else dictated, settings.here.served_as(name))
    asked: Ask = settings.over(counted, checks)
    ask = asked if checks else dictated.over(asked)
    try:
        review(read(case.note, case.id), bench.playbook_of(suite_of(bench, want.setup)), ask, case.as_of)
    except CoachError:
        return NOTHING
    return counted.total
