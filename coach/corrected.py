"""What a rep says of a review. In: a review with its conversation, and what is wrong with it. Out: a row to keep, and back.

All of it is put under pseudonyms before it becomes a row: the note, the verdict as it was given and the rep's own words. A row
that does not fit together any more is refused with a sentence. Never writes: that is the store's.
"""

from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from coach.advice import Ruthless, Skeptical
from coach.conversation import Conversation, Value
from coach.cover import Cover
from coach.errors import InputError, StoreError
from coach.evidence import Polarity
from coach.grounding import LONGEST, Grounder, Quote
from coach.review import Review
from coach.store import CorrectionRow

Kind = Literal["wrong_stage", "not_evidence", "missed", "useless_question", "good"]
KINDS: dict[Kind, str] = {
    "wrong_stage": "Wrong stage",
    "not_evidence": "Not evidence",
    "missed": "Missed this",
    "useless_question": "Useless question",
    "good": "Good",
}
State = Literal["new", "done", "not_right"]
STATES: dict[State, str] = {"new": "new", "done": "done", "not_right": "not right"}
LONGEST_WHY = 1_000  # characters
WHAT_IS_KEPT = (
    "the note, the verdict, what you say about it, the model, the prompts and the playbook, and the time. E-mail addresses, phone, card and account numbers, "
    "keys and the names of the people on the call are replaced first; what has no such shape and is on no list stays as it is."
)


class Said(Value):
    """One correction. `stage` is the right one; `quote` the words that are no evidence or were missed; `question` the useless one."""

    kind: Kind
    stage: Literal[1, 2, "undetermined"] | None = None
    criterion: str | None = None
    polarity: Polarity | None = None
    quote: Quote | None = None
    question: str | None = None
    why: str = ""


class Kept(Value):
    """A correction as it was kept, under pseudonyms throughout."""

    id: int
    at: datetime
    state: str
    said: Said
    conversation: Conversation
    review: Review
    version: str


def row_of(said: Said, review: Review, conversation: Conversation, now: datetime, version: str) -> CorrectionRow:
    """The correction as a row. Raises InputError if it says too much or nothing."""
    if len(said.why) > LONGEST_WHY:
        raise InputError(f"That is more than {LONGEST_WHY:,} characters. Say it in a sentence.")
    if said.kind == "wrong_stage" and said.stage == label(review):
        raise InputError("That is the stage the verdict names already. Choose another.")
    cover = Cover(conversation)
    covered = cover.forth(review)
    hidden = covered.model_copy(
        update={
            "provenance": review.provenance,
            "source": covered.source.model_copy(update={"name": cover.conversation.name, "kind": review.source.kind, "digest": cover.digest}),
        }
    )
    return CorrectionRow(
        at=now,
        state="new",
        kind=said.kind,
        criterion=said.criterion,
        rule=review.verdict.rule,
        note=cover.digest,
        conversation=cover.conversation.model_dump_json(),
        review=hidden.model_dump_json(),
        said=cover.forth(said).model_copy(update={"kind": said.kind, "criterion": said.criterion}).model_dump_json(),
        model=review.provenance.model,
        prompts=review.provenance.prompts,
        playbook=review.provenance.playbook,
        version=version,
    )


def opened(row: CorrectionRow) -> Kept:
    """A row as a correction. Raises StoreError if it does not fit together."""
    damaged = StoreError(f"Correction {row.id} is damaged or of another version ({row.version}). Leave it, or forget it: coach store forget.")
    try:
        kept = Kept(
            id=row.id,
            at=row.at,
            state=row.state,
            said=Said.model_validate_json(row.said),
            conversation=Conversation.model_validate_json(row.conversation),
            review=Review.model_validate_json(row.review, by_name=True),
            version=row.version,
        )
    except ValidationError:
        raise damaged from None
    source, turns = kept.conversation.source, range(len(kept.conversation.turns))
    if any(source[quote.start : quote.end] != quote.text or quote.turn not in turns for quote in quotes(kept)):
        raise damaged
    return kept


def quotes(held: object) -> list[Quote]:
    """Every quote in a value."""
    if isinstance(held, Quote):
        return [held]
    inside = [getattr(held, name) for name in type(held).model_fields] if isinstance(held, Value) else held if isinstance(held, tuple) else ()
    return [quote for item in inside for quote in quotes(item)]


def label(review: Review) -> Literal[1, 2, "undetermined"]:
    """The verdict's answer, as cases name it."""
    return "undetermined" if review.verdict.undetermined or not review.sales else review.verdict.stage


def found(words: str, conversation: Conversation, start: int | None = None) -> Quote:
    """The words in the note; those from offset `start` on if the rep selected them there. Raises InputError if they are not to be had as they are."""
    words, source = words.strip(), conversation.source
    if len(words) > LONGEST:
        raise InputError(f"That is more than {LONGEST:,} characters. A few words are enough.")
    at = source.find(words, start) if start is not None else -1
    if at < 0:
        quote = Grounder(conversation).quote(-1, words)
        if isinstance(quote, Quote):
            return quote
        at = source.find(words) if words else -1
        if at < 0:
            raise InputError("These words do not stand in the note. Select them in it, or copy them from it.")
        if source.find(words, at + 1) >= 0:
            raise InputError("These words stand in the note more than once. Select them in it, or copy a few more.")
    return _within_a_turn(at, at + len(words), conversation)


def _within_a_turn(start: int, end: int, conversation: Conversation) -> Quote:
    """A stretch of the note without the speaker's name before it."""
    turns = [turn for turn in conversation.turns if turn.start < end and turn.end > start]
    if len(turns) != 1:
        raise InputError("These words run over several sentences or speakers. Select words of one." if turns else "Nobody says these words. Select others.")
    start, end = max(start, turns[0].start), min(end, turns[0].end)
    text = conversation.source[start:end]
    start += len(text) - len(text.lstrip())
    return Quote(text=text.strip(), start=start, end=start + len(text.strip()), turn=turns[0].index)


def asked(review: Review) -> list[str]:
    """The questions, or reasons to be in touch, that the coaching gave."""
    match review.advice:
        case Skeptical():
            return [question.ask for question in review.advice.questions]
        case Ruthless():
            return [contact.reason for contact in review.advice.contacts]
    return []


def in_words(said: Said) -> str:
    """What was said, in a sentence, without words of the note."""
    match said.kind:
        case "wrong_stage":
            return "The stage is wrong. Right is: " + ("it cannot be told." if said.stage == "undetermined" else f"stage {said.stage}.")
        case "not_evidence":
            return (
                f"These words are no evidence for {said.criterion}."
                if said.polarity != "undermines"
                else f"These words are no evidence against {said.criterion}."
            )
        case "missed":
            return f"These words {'speak for' if said.polarity == 'supports' else 'speak against'} {said.criterion}, and were missed."
        case "useless_question":
            return "This question is of no use."
    return "The review is good."
