"""What one browser session holds. In: what was pasted and chosen. Out: a finished review, or a Trouble in plain words.

Everything lives in `st.session_state`, which no other session sees; nothing is cached across sessions or written down.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import streamlit as st

from coach.advice import Advice
from coach.conversation import Conversation, Side
from coach.errors import AskError, CoachError, InputError, PlaybookError, PromptError, SettingsError
from coach.grounding import Evidence
from coach.playbook import Playbook
from coach.review import Review
from coach.settings import Settings


class Pasted(NamedTuple):
    """What a person asks for. `today` is the day that the note is taken as said on."""

    text: str
    model: str
    playbook: str
    today: date


class Done(NamedTuple):
    """A finished review with what it was made from. `other` is the coaching for the stage that the rep chose over the verdict."""

    review: Review
    conversation: Conversation
    playbook: Playbook
    model: str
    other: Advice | None = None

    @property
    def shown(self) -> Review:
        """The review with the coaching that is on the page."""
        return self.review.model_copy(update={"advice": self.other}) if self.other else self.review

    @property
    def other_stage(self) -> int:
        """The stage that the verdict did not choose."""
        return 1 if self.review.verdict.stage == 2 else 2


class Trouble(NamedTuple):
    """An expected failure. `offline_helps`: the offline analyst could still do it."""

    heading: str
    message: str
    offline_helps: bool


TROUBLES: tuple[tuple[type[CoachError], str, bool], ...] = (
    (InputError, "This cannot be read.", False),
    (PlaybookError, "This playbook cannot be used.", False),
    (AskError, "The model gave no answer.", True),
    (PromptError, "The model cannot be asked.", True),
    (SettingsError, "This is not set up.", True),
    (CoachError, "This did not work.", True),
)


def trouble(error: CoachError, offline: bool) -> Trouble:
    """The failure in plain words. `offline`: it was the offline analyst that failed."""
    heading, helps = next((heading, helps) for kind, heading, helps in TROUBLES if isinstance(error, kind))
    return Trouble(heading, str(error), helps and not offline)


def work(settings: Settings, pasted: Pasted, on_step: Callable[[str], None], on_words: Callable[[str], object]) -> Done:
    """Reviews what was pasted. `on_words` is told words that were found, while a model still writes. Raises a CoachError."""
    from coach.readers import read
    from coach.review import Watch, review

    conversation = read(pasted.text)
    playbook = settings.playbook(pasted.playbook)
    settings.ready(pasted.model, on_step)
    watch = Watch(on_step, lambda item: on_words(_said(item, playbook)))
    done = review(conversation, playbook, settings.ask(pasted.model), pasted.today, watch)
    return Done(done, conversation, playbook, pasted.model)


def _said(item: Evidence, playbook: Playbook) -> str:
    criterion = playbook.criterion(item.criterion)
    return f"{criterion.label if criterion else item.criterion}, {'for' if item.polarity == 'supports' else 'against'}: “{item.quote.text}”"


def with_sides(settings: Settings, done: Done, sides: Mapping[str, Side]) -> Done:
    """The same note reviewed again, with the sides that the rep named. Raises a CoachError."""
    from coach.readers import name_sides
    from coach.review import review

    conversation = name_sides(done.conversation, sides)
    made = review(conversation, done.playbook, settings.ask(done.model), done.review.provenance.today)
    return Done(made, conversation, done.playbook, done.model)


def coach_other_stage(settings: Settings, done: Done) -> Done:
    """The same review, coached for the stage that the rep chose. Raises a CoachError."""
    from coach.review import overrule

    return done._replace(other=overrule(done.review, done.conversation, done.playbook, settings.ask(done.model), done.other_stage))


def done() -> Done | None:
    """The review on the page, if there is one."""
    held = st.session_state.get("done")
    return held if isinstance(held, Done) else None


def keep(review: Done | None) -> None:
    """Puts a review on the page, or takes it off."""
    st.session_state["done"] = review


def failed() -> Trouble | None:
    """What went wrong last, if it has not been got over."""
    held = st.session_state.get("trouble")
    return held if isinstance(held, Trouble) else None


def fail(what: Trouble | None) -> None:
    """Keeps what went wrong, or forgets it."""
    st.session_state["trouble"] = what
