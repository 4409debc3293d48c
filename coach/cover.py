"""A conversation under pseudonyms, and values carried to it and back. In: a Conversation. Out: one whose names, addresses and numbers are placeholders.

Turns, people and hidden or planted stretches keep their places. A quote is carried by its offsets, so that it is cut from the
other text exactly; all other words by their placeholders. Never carries the name of a file over: it may be somebody's.
"""

import hashlib
from typing import Any, TypeVar, cast

from coach.conversation import Conversation, Person, Span, Value
from coach.grounding import Quote
from coach.redact import Pseudonyms, Redacted, counted

Any_ = TypeVar("Any_")
NAME = "note"


class Cover:
    """`original` is the conversation as it is, `conversation` the one under pseudonyms, `told` what was covered, in words."""

    def __init__(self, original: Conversation) -> None:
        self.original = original
        self._pseudonyms = Pseudonyms((person.name for person in original.people), original.source)
        spans: list[Span | Any] = [*original.turns, *original.planted, *original.hidden]
        self.redacted: Redacted = self._pseudonyms.hide(original.source, {at for span in spans for at in (span.start, span.end)})
        self.told = counted(self.redacted.spots)
        self.conversation = Conversation(
            source=self.redacted.text,
            name=NAME,
            kind=original.kind,
            turns=tuple(turn.model_copy(update=self._place(turn) | {"speaker": turn.speaker and self.hide(turn.speaker)}) for turn in original.turns),
            people=tuple(self._person(person) for person in original.people),
            planted=tuple(span.model_copy(update=self._place(span)) for span in original.planted),
            hidden=tuple(span.model_copy(update=self._place(span)) for span in original.hidden),
        )

    @property
    def digest(self) -> str:
        """Tells one covered text from another: 16 hex characters."""
        return hashlib.sha256(self.conversation.source.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def hide(self, words: str) -> str:
        """Words with the same placeholders."""
        return self._pseudonyms.hide(words).text

    def forth(self, value: Any_) -> Any_:
        """A value about the original as one about the conversation under pseudonyms."""
        return cast(Any_, self._carried(value, True))

    def back(self, value: Any_) -> Any_:
        """A value about the conversation under pseudonyms as one about the original."""
        return cast(Any_, self._carried(value, False))

    def _carried(self, value: object, forth: bool) -> object:
        if isinstance(value, Quote):
            start, end = (self.redacted.forth if forth else self.redacted.back)(value.start, value.end)
            text = (self.redacted.text if forth else self.redacted.source)[start:end]
            return Quote(text=text, start=start, end=end, turn=value.turn)
        if isinstance(value, Value):
            return value.model_copy(update={name: self._carried(getattr(value, name), forth) for name in type(value).model_fields})
        if isinstance(value, tuple | list):
            return type(value)(self._carried(item, forth) for item in value)
        if type(value) is str:  # not the words of an enumeration
            return self.hide(value) if forth else self._pseudonyms.restore(value)
        return value

    def _place(self, span: Any) -> dict[str, object]:
        start, end = self.redacted.forth(span.start, span.end)
        return {"start": start, "end": end}

    def _person(self, person: Person) -> Person:
        hidden = {"name": self.hide(person.name), "role": person.role and self.hide(person.role)}
        return person.model_copy(update=hidden | {"company": person.company and self.hide(person.company), "because": self.hide(person.because)})
