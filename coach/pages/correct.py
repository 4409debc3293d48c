"""The row in which a rep says what is off. In: a finished review. Out: a correction that is kept, if the rep agreed to that.

Asked once in a session, with what is kept and where; without a yes nothing is written. Layout only. Words of the note go to
`st.text`, never to a label: what is picked is a number.
"""

from collections.abc import Callable
from typing import cast

import streamlit as st

from coach.corrected import KINDS, WHAT_IS_KEPT, Kind, Said, asked, found, label, row_of
from coach.errors import CoachError, InputError, StoreError
from coach.evidence import Polarity
from coach.grounding import Evidence
from coach.pages.marks import Marks
from coach.pages.session import Done
from coach.pages.sheet import Selected
from coach.settings import Settings, version

STAGES = {1: "Stage 1: no real yes yet", 2: "Stage 2: a real yes", "undetermined": "The text cannot tell"}
SPEAKS = {"supports": "Speaks for it", "undermines": "Speaks against it"}
MOST_WORDS = 2_000  # characters
Maker = Callable[[], Said]
"""What was filled in, as a correction, once it is wanted. Raises InputError."""


def missed(done: Done, selected: Selected) -> None:
    """Opens the form for words that were missed, with those that the rep selected in the note. Before the row is drawn."""
    st.session_state[_picks(done)] = "missed"
    words = st.session_state["missed-words"] = selected.words[:MOST_WORDS]
    place = Marks(done.conversation).start(selected.line) + selected.skip
    st.session_state["missed-place"] = (done.review.source.digest, words.strip()), place


def row(settings: Settings, done: Done) -> None:
    """Draws the row, and the form for what was picked."""
    kinds = [kind for kind in KINDS if _applies(kind, done)]
    with st.container(horizontal=True, vertical_alignment="center", key="correct"):
        st.text("Was this right?")
        kind = st.pills("Was this right", kinds, format_func=KINDS.__getitem__, label_visibility="collapsed", key=_picks(done))
    if kind is None:
        if told := st.session_state.get("kept_said"):
            st.caption(str(told))
        return
    st.session_state.pop("kept_said", None)
    try:
        _opened(settings, done, kind)
    except StoreError as error:
        st.text(f"Corrections cannot be kept. {error}")


def _opened(settings: Settings, done: Done, kind: Kind) -> None:
    with st.container(key="correction"):
        if st.session_state.get("keeps_corrections") is None:
            _ask(settings)
        elif not st.session_state["keeps_corrections"]:
            st.text("You said no to keeping corrections, so nothing is written down.")
            st.button("Ask me again", key="ask-again", on_click=_agree, args=(None,))
        else:
            _form(settings, done, kind)


def _applies(kind: Kind, done: Done) -> bool:
    return {"not_evidence": bool(done.review.evidence), "useless_question": bool(asked(done.shown))}.get(kind, True)


def _ask(settings: Settings) -> None:
    """What is kept and where, and two answers."""
    st.text(f"May corrections be kept? Kept are {WHAT_IS_KEPT}")
    st.text(f"They stay in {_where(settings)} and are not sent anywhere. You are asked once in this session.")
    with st.container(horizontal=True, key="consent"):
        st.button("Keep my corrections", key="agree", type="primary", on_click=_agree, args=(True,))
        st.button("Keep nothing", key="decline", on_click=_agree, args=(False,))


def _where(settings: Settings) -> str:
    from coach.store import named

    return named(settings.database_url())


def _agree(answer: bool | None) -> None:
    st.session_state["keeps_corrections"] = answer


def _form(settings: Settings, done: Done, kind: Kind) -> None:
    with st.form(f"correction-{kind}", border=False, enter_to_submit=False):
        said = FORMS[kind](done)
        why = "" if kind == "good" else st.text_input("Why, in a sentence (may be left out)", key="why", max_chars=1000)
        pressed = st.form_submit_button("Keep this", key="keep")
    if not pressed:
        return
    try:
        kept = settings.store().corrections.add(row_of(said().model_copy(update={"why": why}), done.review, done.conversation, settings.now(), version()))
    except CoachError as error:
        st.error("This was not kept.", icon="")
        st.text(str(error))
        return
    at = done.review.source.digest
    st.session_state[f"kept-{at}"] = _kept(at) + 1
    st.session_state["kept_said"] = f"Kept as correction {kept}. It is listed under Corrections."
    st.rerun()


def _picks(done: Done) -> str:
    at = done.review.source.digest
    return f"off-{at}-{_kept(at)}"


def _kept(at: str) -> int:
    return int(st.session_state.get(f"kept-{at}", 0))


def _stage(done: Done) -> Maker:
    options = [stage for stage in STAGES if stage != label(done.review)]
    stage = st.radio("What is right", options, format_func=STAGES.__getitem__, key="right-stage")
    return lambda: Said.model_validate({"kind": "wrong_stage", "stage": stage})


def _evidence(done: Done) -> Maker:
    shown = _by_criterion(done)
    for number, item in enumerate(shown, 1):
        st.text(f"{number}. “{item.quote.text}”")
    picked = st.selectbox("Which is no evidence", range(len(shown)), format_func=lambda at: f"{at + 1}, {_named(shown[at].criterion, done)}", key="which-quote")
    item = shown[picked or 0]
    return lambda: Said(kind="not_evidence", criterion=item.criterion, polarity=item.polarity, quote=item.quote)


def _by_criterion(done: Done) -> list[Evidence]:
    return [done.review.evidence[at] for row in done.review.criteria for at in row.evidence]


def _named(id: str, done: Done) -> str:
    criterion = done.playbook.criterion(id)
    return criterion.label if criterion else id


def _missed(done: Done) -> Maker:
    words = st.text_area("The words, selected in the note or copied from it", key="missed-words", max_chars=MOST_WORDS, height=80)
    criterion = st.selectbox("They are about", [c.id for c in done.playbook.criteria], format_func=lambda id: _named(id, done), key="missed-criterion")
    polarity = st.radio("And", list(SPEAKS), format_func=SPEAKS.__getitem__, horizontal=True, key="missed-way", label_visibility="collapsed")

    def said() -> Said:
        if not words.strip():
            raise InputError("No words yet. Select the words that were missed in the note, or copy them from it.")
        of, place = st.session_state.get("missed-place", (None, None))
        quote = found(words, done.conversation, place if of == (done.review.source.digest, words.strip()) else None)
        return Said(kind="missed", criterion=criterion, polarity=cast(Polarity, polarity), quote=quote)

    return said


def _question(done: Done) -> Maker:
    questions = asked(done.shown)
    for number, question in enumerate(questions, 1):
        st.text(f"{number}. {question}")
    picked = st.selectbox("Which is of no use", range(len(questions)), format_func=lambda at: f"{at + 1}", key="which-question")
    return lambda: Said(kind="useless_question", question=questions[picked or 0])


def _good(_done: Done) -> Maker:
    st.text("Reviews that were right are worth keeping too: they become cases that must stay right.")
    return lambda: Said(kind="good")


FORMS: dict[Kind, Callable[[Done], Maker]] = {
    "wrong_stage": _stage,
    "not_evidence": _evidence,
    "missed": _missed,
    "useless_question": _question,
    "good": _good,
}
