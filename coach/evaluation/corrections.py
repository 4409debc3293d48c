"""A rep's correction -> an eval case. In: a note, what was said of it and what is right. Out: a case to complete, and to label.

The gold quotes are those of the review that still stand, so that a person strikes out and adds instead of starting from
nothing. Of kept corrections all on one note go into one case; what code cannot know is told, a sentence each. A correction is
private until somebody made it fit to be shared: `origin: correction` says so.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date

from pydantic import ValidationError

from coach.conversation import Side, Value
from coach.corrected import Kept, in_words, label
from coach.errors import InputError
from coach.evaluation.cases import CaseSource, EvalCase, Gold, GoldCommitment, GoldCriterion, GoldQuote, Kind, Label, Split, Trap
from coach.evaluation.lint import lint
from coach.grounding import Evidence
from coach.playbook import Playbook
from coach.readers import read
from coach.review import Review
from coach.verdict import Standing, Status

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


def case_from(kept: Sequence[Kept], playbook: Playbook, id: str = "", why: str = "", author: str = "") -> EvalCase:
    """A case of all corrections on one note, the newest first. Raises ValueError if they contradict themselves."""
    newest, review = kept[0], _corrected(kept, playbook)
    stages = [one.said.stage for one in kept if one.said.kind == "wrong_stage" and one.said.stage]
    stage = stages[0] if stages else label(review)
    reason = why or next((one.said.why for one in kept if one.said.why), "") or _because(kept)
    note = newest.conversation.source
    correction = Correction(
        id=id or f"correction-{newest.review.source.digest}", note=note, as_of=review.provenance.today, stage=stage, why=reason, author=author or "reader-1"
    )
    case = new_case(correction, review)
    gold = case.gold if stage == label(review) else case.gold.model_copy(update={"decided_by": (), "sales": True})
    traps = {one.said.quote.text: one.said.criterion for one in kept if one.said.kind == "not_evidence" and one.said.quote}
    told = tuple(Trap(text=text, why=f"The rep says it is no evidence on {id}.") for text, id in traps.items() if note.count(text) == 1)
    return EvalCase.model_validate(case.model_copy(update={"gold": gold, "traps": told}).model_dump())


def drafted(kept: Sequence[Kept], playbook: Playbook, id: str = "", why: str = "", author: str = "") -> EvalCase:
    """The case of `case_from`. Raises InputError if there is none."""
    try:
        return case_from(kept, playbook, id, why, author)
    except ValidationError as error:
        raise InputError(f"That makes no case: {error.errors(include_url=False, include_input=False)[0]['msg']}. Check the id and the corrections.") from None


def to_fill(case: EvalCase, cases: list[EvalCase], playbook: Playbook) -> list[str]:
    """What a person still has to say, a sentence each; what lint finds begins the list."""
    return [*found_by_lint(case, cases, playbook), *_unknown(case)]


def found_by_lint(case: EvalCase, cases: list[EvalCase], playbook: Playbook) -> list[str]:
    """What lint says of the case among the others."""
    return [f"{one.text}." for one in lint([*(other for other in cases if other.id != case.id), case], playbook) if one.case == case.id]


def _unknown(case: EvalCase) -> Iterator[str]:
    gold = case.gold
    if not gold.decided_by and gold.stage != "undetermined":
        yield "decided_by is empty: give the words of the note that settle the stage."
    if gold.stage == 2 and gold.commitment.level not in ("verbal", "signed"):
        yield f"The commitment is {gold.commitment.level} and the stage is 2: say which yes it is, by whom, and to what."
    if gold.stage == 1 and gold.commitment.level in ("verbal", "signed") and gold.commitment.to == "purchase":
        yield f"The commitment is {gold.commitment.level} to a purchase and the stage is 1: say why that yes does not count."
    for id, row in gold.criteria.items():
        if row.status != "missing" and not row.quotes:
            yield f"{id} is {row.status.replace('_', ' ')} and has no quote: give the words."
    yield "Read the note once more: take out what still tells who it is about."
    yield "Check lang, and let a second person label the case without seeing this."


def _corrected(kept: Sequence[Kept], playbook: Playbook) -> Review:
    """The review of the newest with all corrections made: evidence struck out and added, and where each criterion stands then."""
    review = kept[0].review
    wrong = {(one.said.criterion, one.said.quote.start, one.said.quote.end) for one in kept if one.said.kind == "not_evidence" and one.said.quote}
    evidence = [e for e in review.evidence if (e.criterion, e.quote.start, e.quote.end) not in wrong]
    touched = {criterion for criterion, _, _ in wrong}
    turns = kept[0].conversation.turns
    for one in kept:
        if one.said.kind == "missed" and one.said.quote and one.said.criterion:
            turn = turns[one.said.quote.turn]
            polarity = one.said.polarity or "supports"
            evidence.append(Evidence(criterion=one.said.criterion, polarity=polarity, basis="said", side=turn.side, speaker=turn.speaker, quote=one.said.quote))
            touched.add(one.said.criterion)
    stood = {row.id: row for row in review.criteria}
    rows = []
    for criterion in playbook.criteria:
        mine = tuple(at for at, e in enumerate(evidence) if e.criterion == criterion.id)
        old = stood.get(criterion.id)
        status = _status([evidence[at] for at in mine]) if old is None or criterion.id in touched else old.status
        rows.append(Standing(id=criterion.id, status=status, must_have=criterion.must_have, evidence=mine))
    return review.model_copy(update={"evidence": tuple(evidence), "criteria": tuple(rows)})


def _status(evidence: Sequence[Evidence]) -> Status:
    if not evidence:
        return "missing"
    return "met" if all(e.polarity == "supports" and e.basis != "hope" for e in evidence) else "at_risk"


def _because(kept: Sequence[Kept]) -> str:
    """What was said, where the rep gave no reason."""
    return " ".join(dict.fromkeys(in_words(one.said) for one in kept))[:300]
