"""A rep's correction -> an eval case. In: a note, what was said of it and what is right. Out: a case to complete, and to label.

The gold quotes are those of the review that still stand, so that a person strikes out and adds instead of starting from
nothing. A correction is private until somebody made it fit to be shared: `origin: correction` says so.
"""

import hashlib
import re
from datetime import date

from coach.conversation import Side, Value
from coach.evaluation.cases import CaseSource, EvalCase, Gold, GoldCommitment, GoldCriterion, GoldQuote, Kind, Label, Split
from coach.readers import read
from coach.review import Review

HOLDOUT = 33  # of a hundred


class Correction(Value):
    """What somebody says is right: the stage, and statuses of criteria where they differ."""

    id: str
    note: str
    as_of: date
    stage: Label
    why: str
    author: str
    statuses: dict[str, str] = {}


def deal(cluster: str) -> Split:
    """The split of a cluster: a third goes to the holdout, by a hash, so that nobody chooses."""
    return "holdout" if int(hashlib.sha256(cluster.encode()).hexdigest(), 16) % 100 < HOLDOUT else "dev"


def new_case(correction: Correction, done: Review) -> EvalCase:
    """A case with the corrected gold. Raises ValueError if the correction contradicts itself."""
    conversation = read(correction.note, correction.id)
    criteria = {}
    for row in done.criteria:
        status = correction.statuses.get(row.id, row.status)
        mine = [done.evidence[at] for at in row.evidence]
        once = [e for e in mine if correction.note.count(e.quote.text) == 1 and (status != "met" or e.polarity == "supports")]
        quotes = [GoldQuote(text=e.quote.text, polarity=e.polarity, required=not at) for at, e in enumerate(once)]
        criteria[row.id] = GoldCriterion.model_validate({"status": status, "quotes": [] if status == "missing" else quotes})
    shown = done.verdict.commitment
    quote = shown.quote.text if shown.quote and correction.note.count(shown.quote.text) == 1 else None
    return EvalCase(
        id=correction.id,
        version=1,
        split=deal(correction.id),
        title=f"Corrected: {correction.why}"[:120],
        cluster=correction.id,
        tags=("correction",),
        source=CaseSource(kind=_kind(done), origin="correction", licence="private", author=correction.author),
        lang="en",
        as_of=correction.as_of,
        note=correction.note,
        speakers={p.name: {"side": p.side.value} for p in conversation.people if p.side is not Side.UNKNOWN},
        gold=Gold(
            sales=done.sales or correction.stage != "undetermined",
            stage=correction.stage,
            accept=(correction.stage,),
            why=correction.why,
            decided_by=(quote,) if quote else (),
            against=(),
            commitment=GoldCommitment.model_validate(
                {"level": shown.level, "to": shown.to or "none", "by": shown.by, "can_decide": shown.can_decide, "taken_back": False}
            ),
            criteria=criteria,
            must_ask=(),
        ),
    )


def _kind(done: Review) -> Kind:
    return "transcript" if done.source.kind == "transcript" else "email" if done.source.kind == "email" else "notes"


def id_from(words: str) -> str:
    """A case id from a few words."""
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")[:60] or "corrected"
