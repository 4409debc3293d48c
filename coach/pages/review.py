"""The review page. In: a pasted note and a press of a button. Out: the review, or a plain word on what went wrong.

Three faces: the box (nothing reviewed yet), the table (several files) and the sheet (a review). Layout only. Note and model text goes to `sheet` or
`st.text`, never to a label or to Markdown.
"""

import re
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from coach.answering import OFFLINE
from coach.errors import CoachError, PlaybookError, SettingsError
from coach.pages import correct, files, models, session, sides
from coach.pages.session import Done, Pasted
from coach.settings import Settings, load

TITLE = "Did they say yes?"
WHAT_IT_DOES = "Paste what you bring back from a sales call. You get told, in their words, whether there is a real yes, and what to do next."
HIDING = "Names on the speakers’ list, and what has the shape of an e-mail, phone, card or account number or a key, are replaced. What is neither stays."
PLACEHOLDER = "Notes, an e-mail or a transcript, as it is. Nothing has to be tidied up first."
BOX_HEIGHT = 320


def page() -> None:
    """Draws the page."""
    st.html(Path(__file__).with_name("page.css"))
    try:
        settings = models.of_session(_told(load()))
    except SettingsError as error:
        _say(session.trouble(error, offline=True))
        return
    done = session.done()
    if done is not None:
        _sheet(settings, done)
    elif files.at_table():
        files.face(settings)
    else:
        _box(settings)


def _told(settings: Settings) -> Settings:
    """Settings with what was chosen on the page."""
    return settings.told(redact=bool(st.session_state.get("redact")), keeps_replies=bool(st.session_state.get("keeps_replies", True)))


def _box(settings: Settings) -> None:
    if files.brought() is not None:
        with st.container(horizontal=True, key="bar"):
            st.button("Back to the table", key="table-again", on_click=files.go, args=("table",))
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    left, right = st.columns([2, 1], gap="large")
    with right:
        model, playbook, today = _choices(settings)
    with left:
        _examples(settings)
        place = st.empty()
        with st.form("paste", border=False):
            text = st.text_area("The note or transcript", key="note", height=BOX_HEIGHT, placeholder=PLACEHOLDER, persist_state="session")
            with st.container(horizontal=True, vertical_alignment="center", key="go"):
                pressed = st.form_submit_button("Review", type="primary", key="review")
                st.text(settings.leaves_machine(model))
            brought = files.place()
    pasted = Pasted(text or "", model, playbook, today)
    if brought is not None:
        try:
            session.fail(None)
            files.take(brought, model, playbook, today)
        except CoachError as error:
            with place.container(key="trouble"):
                _say(session.trouble(error, offline=True))
    elif pressed:
        _work(settings, pasted, place)
    elif (trouble := session.failed()) is not None:
        with place.container(key="trouble"):
            _say(trouble)
            if trouble.offline_helps and st.button("Review offline instead", key="offline"):
                _work(settings, pasted._replace(model=OFFLINE), place)


def _say(trouble: session.Trouble) -> None:
    st.error(trouble.heading, icon="")
    st.text(trouble.message)


def _choices(settings: Settings) -> tuple[str, str, date]:
    model = models.pick(settings)
    if model != OFFLINE:
        set_up = load()  # what the environment says holds, whatever is chosen here
        with st.expander("What the model is shown", key="shown"):
            st.checkbox("Hide names, addresses and numbers of people", set_up.redact, disabled=set_up.redact, key="redact", persist_state="session")
            st.caption(HIDING)
            off = not set_up.keeps_replies
            st.checkbox("Use replies kept from an earlier time", not off, disabled=off, key="keeps_replies", persist_state="session")
    titles = _titles(settings, settings.playbooks(), str(settings.prompts))
    playbook = st.selectbox("Held against", list(titles), format_func=lambda id: titles[id], key="playbook", persist_state="session")
    today = st.date_input("Taken as said on", settings.today(), format="YYYY-MM-DD", key="said_on", persist_state="session")
    st.caption("Deadlines and working days count from this day.")
    return model, playbook or "default", today


@st.cache_data(ttl=300, show_spinner=False)
def _titles(_settings: Settings, ids: tuple[str, ...], folder: str) -> dict[str, str]:  # noqa: ARG001 - the folder is part of the key
    """Titles of the playbooks by id; a broken one goes by its id, and says what is wrong when it is used."""
    titles = {}
    for id in ids:
        try:
            titles[id] = _settings.playbook(id).title
        except PlaybookError:
            titles[id] = id
    return titles


def _examples(settings: Settings) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="examples"):
        st.text("Try one:")
        for at, (title, text) in enumerate(settings.examples()):
            st.button(re.sub(r"[^\w\s,.'’-]", "", title), key=f"example-{at}", on_click=_put, args=(text,))


def _put(text: str) -> None:
    """Puts a text in the box and takes the review off the page."""
    files.go("box")
    session.fail(None)
    st.session_state["note"] = text


def _work(settings: Settings, pasted: Pasted, place: DeltaGenerator) -> None:
    session.fail(None)
    with place.container(), st.status("Reading the note", expanded=True) as status:
        steps: list[str] = []

        def on_step(step: str) -> None:
            if steps:
                st.text(f"{steps[-1]}: done")
            steps.append(step)
            status.update(label=step, expanded=True)

        try:
            files.go("box")
            session.keep(session.work(settings, pasted, on_step, st.text))
        except CoachError as error:
            session.fail(session.trouble(error, offline=pasted.model == OFFLINE))
    st.rerun()


def _sheet(settings: Settings, done: Done) -> None:
    from coach.pages.exports import exports
    from coach.pages.shown import show

    with st.container(horizontal=True, key="bar"):
        if files.at_table():
            st.button("Back to the table", key="table-again", on_click=files.go, args=("table",))
        else:
            st.button("Paste another", key="another", on_click=_put, args=("",))
        st.button("Edit this note", key="edit", on_click=_put, args=(done.conversation.source,))
        if done.review.sales:
            with st.popover("Download", key="download"):
                for export in exports(done):
                    make = partial(export.make, done)
                    st.download_button(export.label, make, export.file, export.mime, key=export.file, on_click="ignore", width="stretch")
    _sides(settings, done)
    missed = show(done, corrects=True)
    if missed:
        correct.missed(done, missed)
    if done.review.sales:
        _overrule(settings, done)
    correct.row(settings, done)


def _sides(settings: Settings, done: Done) -> None:
    """The way to name the sides; the review is made anew with them."""
    place = st.empty()
    chosen = sides.form(done.conversation)
    if chosen is None:
        return
    try:
        with place.container(), st.spinner("Reviewing again"):
            files.replaced(session.with_sides(settings, done, chosen))
    except CoachError as error:
        with place.container(key="trouble"):
            _say(session.trouble(error, offline=done.model == OFFLINE))
        return
    st.rerun()


def _overrule(settings: Settings, done: Done) -> None:
    """The way to the other stage's coaching and back. The verdict itself does not change."""
    place = st.empty()
    with st.container(horizontal=True, vertical_alignment="center", key="overrule"):
        if done.other is not None:
            st.text("You overruled the verdict.")
            st.button("Back to the verdict’s own coaching", key="back", on_click=files.replaced, args=(done._replace(other=None),))
            return
        st.text("Wrong stage? You know the deal.")
        pressed = st.button(f"Coach me for stage {done.other_stage}", key="other")
    if not pressed:
        return
    try:
        with place.container(), st.spinner("Writing the coaching"):
            files.replaced(session.coach_other_stage(settings, done))
    except CoachError as error:
        with place.container(key="trouble"):
            _say(session.trouble(error, offline=True))
        return
    st.rerun()


if __name__ == "__main__":
    page()
