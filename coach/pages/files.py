"""Files on the page: the place to drop them, and the table of what became of them. Layout only.

In: settings and what the rep chose. Out: an Inbox in the session. Names of files and words of notes go to `table` or
`st.text`, never to a label or to Markdown.
"""

from datetime import date

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coach.answering import OFFLINE
from coach.errors import InputError
from coach.pages import session
from coach.pages.inbox import LIMITS, SORTS, Inbox, accepted, paid, table, work
from coach.settings import Settings


def brought() -> Inbox | None:
    """What was brought in this session, if anything."""
    held = st.session_state.get("inbox")
    return held if isinstance(held, Inbox) else None


def keep(inbox: Inbox | None) -> None:
    """Keeps what was brought, or forgets it."""
    st.session_state["inbox"] = inbox


def at_table() -> bool:
    """Whether the table is the face to show."""
    return brought() is not None and st.session_state.get("face") == "table"


def go(face: str) -> None:
    """Shows the table or the box the next time the page is drawn, without a review on it."""
    session.keep(None)
    st.session_state["face"] = face


def place() -> list[UploadedFile] | None:
    """The place to drop files, within the form of the box, so that a half-typed note is sent along and kept. The files, once the button is pressed."""
    with st.expander("Or bring files: several at once, or a folder", key="bring"):
        left, right = st.columns(2)
        files = left.file_uploader("Files", accept_multiple_files=True, key="files")
        folder = right.file_uploader("A folder", accept_multiple_files="directory", key="folder")
        st.caption(LIMITS)
        pressed = st.form_submit_button("Review the files", key="review-files")
    return [*files, *folder] if pressed else None


def take(files: list[UploadedFile], model: str, playbook: str, today: date) -> None:
    """Takes the files in and goes to the table, which reviews them. Raises InputError if there are none."""
    if not files:
        raise InputError("No files yet. Drop some into the place above the button, or choose them.")
    taken = accepted((file.name, file.size, file.getvalue) for file in files)
    keep(Inbox(model, playbook, today, taken))
    go("table")
    st.rerun()


def face(settings: Settings) -> None:
    """The table, with the work on what is left above it."""
    inbox = brought()
    assert inbox is not None
    with st.container(horizontal=True, key="bar"):
        st.button("Bring others", key="others", on_click=go, args=("box",))
    if inbox.todo and not inbox.stopped:
        _work(settings, inbox)
    st.title(_title(inbox), anchor=False)
    if inbox.todo:
        with st.container(horizontal=True, vertical_alignment="center", key="left"):
            st.text(f"{len(inbox.todo)} of them are not reviewed yet.")
            st.button("Go on", key="go-on", on_click=keep, args=(inbox._replace(stopped=False),))
    if inbox.failed:
        with st.container(horizontal=True, vertical_alignment="center", key="failed"):
            st.text(f"The model gave no answer on {len(inbox.failed)} of them.")
            st.button("Review those offline", key="offline-rest", on_click=keep, args=(_offline(inbox),))
    if not inbox.rows:
        st.text("There was nothing to review: hidden files are left alone.")
        return
    sort = st.radio("Order", tuple(SORTS), horizontal=True, key="sort", label_visibility="collapsed", persist_state="session") or next(iter(SORTS))
    from coach.pages import table as drawing

    picked = drawing.draw(table(inbox, sort))
    if picked is not None and 0 <= picked < len(inbox.rows) and (done := inbox.rows[picked].done):
        st.session_state["picked"] = picked
        session.keep(done)
        st.rerun()


def replaced(done: session.Done) -> None:
    """Puts a new review of the row that is open into the table as well."""
    inbox, picked = brought(), st.session_state.get("picked")
    if inbox is not None and isinstance(picked, int) and picked < len(inbox.rows) and st.session_state.get("face") == "table":
        keep(inbox.with_row(picked, done))
    session.keep(done)


def _title(inbox: Inbox) -> str:
    yes = sum(row.done is not None and row.done.review.verdict.stage == 2 for row in inbox.rows)
    calls = sum(row.done is not None for row in inbox.rows)
    return f"{yes} real yes in {calls} {'call' if calls == 1 else 'calls'}"


def _offline(inbox: Inbox) -> Inbox:
    left = tuple(row.retry for row in inbox.failed if row.retry)
    return inbox._replace(model=OFFLINE, rows=tuple(row for row in inbox.rows if not row.retry), todo=left)


def _work(settings: Settings, inbox: Inbox) -> None:
    """Works on what is left, a file at a time; each is kept as soon as it is done, so that nothing is lost if the page is drawn anew."""
    inbox = paid(settings, inbox)
    keep(inbox)
    total = len(inbox.todo)
    bar = st.progress(0.0, text=f"0 of {total} files")
    name = st.empty()
    st.button("Stop here", key="stop", on_click=_stop)
    name.text(inbox.todo[0].name)
    for at, rows in enumerate(work(settings, inbox), 1):
        held = brought() or inbox
        keep(held._replace(rows=(*held.rows, *rows), todo=inbox.todo[at:]))
        bar.progress(at / total, text=f"{at} of {total} files")
        if at < total:
            name.text(inbox.todo[at].name)
    st.rerun()


def _stop() -> None:
    inbox = brought()
    if inbox is not None:
        keep(inbox._replace(stopped=True))
