"""The Prompts page. In: prompt sets. Out: an editor with findings while one types, what a model would get, and what differs.

Layout only: what is wrong with a set and how it is saved is decided in `coach.lab`. Nothing here asks a model.
"""

from pathlib import Path

import streamlit as st

from coach.answering import REPLIES
from coach.errors import CoachError, PromptError
from coach.lab.checked import look, on_note
from coach.lab.difference import differences
from coach.lab.owned import folder_of, is_own, names, texts
from coach.lab.prompts import lint, words_of
from coach.lab.saving import stamp
from coach.lab.words import FILES, WORDS, put
from coach.pages.lab import conflict, drawing, editor
from coach.pages.lab.shelf import PLAIN, SETS, shelf
from coach.prompting import PromptSet
from coach.readers import read
from coach.settings import Settings, load

TITLE = "Prompts"
WHAT_IT_DOES = "What a language model is told, as plain text. Whether there is a real yes is decided by rules, whatever stands here."
EDIT, GETS, DIFFERS = VIEWS = ("Edit", "What a model gets", "What differs")
PASTE = "a text of your own"


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    st.html(here / "page.css")
    st.html(here / "lab" / "lab.css")
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    try:
        settings = load()
        name = shelf(settings, SETS)
        view = st.radio("View", VIEWS, horizontal=True, key="prompts-view", persist_state="session", label_visibility="collapsed")
        if view == GETS:
            _gets(settings, name)
        elif view == DIFFERS:
            _differs(settings, name)
        else:
            _edit(settings, name)
    except CoachError as error:
        st.error("This cannot be shown.", icon="")
        st.text(str(error))


@st.fragment
def _edit(settings: Settings, name: str) -> None:
    files = texts(settings, "prompt set", name)
    version = PromptSet(settings.prompt_folder(name), files).version(*REPLIES)
    listed = sorted(files, key=lambda file: (list(FILES).index(file) if file in FILES else len(FILES), file))
    with st.container(horizontal=True, vertical_alignment="bottom", key="file"):
        told = {file: f"{file}: {FILES[file]}" if file in FILES else file for file in listed}
        file = st.selectbox("File", listed, format_func=lambda id: told[id], key="prompts-file", persist_state="session") or listed[0]
        st.text(f"Version of the set: {version}")
    saved = files[file]
    sheet = editor.Sheet(
        id=f"prompts/{name}/{file}",
        label=f"Text of {file}",
        text=saved.replace("\r\n", "\n"),
        base=stamp(saved),
        sort="jinja",
        fixed=not is_own(settings, "prompt set", name),
        was=str(st.session_state.get("was", "")),
        drop=str(st.session_state.get("drop", "")),
    )
    if clash := conflict.clash(sheet.id):
        conflict.ask(clash)
    edit = None if sheet.fixed else editor.last(sheet)
    held = look(settings, {**files, file: edit.text if edit else saved})
    found = lint(held)
    given = words_of(held).get(file) or sorted({word for words in words_of(held).values() for word in words})
    drawn = editor.draw(sheet, tuple(one for one in found if one.file == file), [editor.Word(word, WORDS.get(word, ""), put(word)) for word in given])
    if elsewhere := [one for one in found if one.file != file]:
        st.markdown("**In other files of the set**")
        st.html(drawing.findings(elsewhere).html)
    if drawn.save and not sheet.fixed and conflict.try_save(sheet, folder_of(settings, "prompt set", name), file, drawn.save):
        st.rerun()


def _gets(settings: Settings, name: str) -> None:
    examples = settings.examples()
    titles = [title for title, _ in examples]
    with st.container(horizontal=True, vertical_alignment="bottom", key="gets"):
        chosen = st.selectbox("Note", [*titles, PASTE], key="gets-note", persist_state="session")
        book = st.selectbox("Playbook", settings.playbooks(), key="gets-book", persist_state="session") or "default"
    text = st.text_area("Your text", key="gets-text", height=160, persist_state="session") if chosen == PASTE else dict(examples).get(str(chosen), "")
    if not text or not text.strip():
        st.text("Paste a note or a transcript above. It stays on this machine: nothing is sent from here.")
        return
    showing = on_note(settings, name, read(text), book)
    st.text(f"The first {showing.shared:.1%} of the bytes are the same in all requests, so that a model server reads them once.")
    st.html(drawing.counts(showing).html)
    st.caption(
        "Tokens are estimated, not counted. Which requests there are depends on the answers: "
        "the offline analyst answered in the model’s place, and nothing was sent."
    )
    asked = st.selectbox("Request", range(len(showing.requests)), format_func=lambda at: showing.requests[at].name, key="gets-request")
    one = showing.requests[asked or 0]
    st.subheader("First message: system", anchor=False)
    st.code(one.system, language=None, line_numbers=True, wrap_lines=True, height=420)
    st.subheader("Second message: user", anchor=False)
    st.code(one.user, language=None, line_numbers=True, wrap_lines=True, height=420)


def _differs(settings: Settings, name: str) -> None:
    others = [other for other in names(settings, "prompt set") if other != name]
    if not others:
        st.text("There is no other set yet. Make a copy first.")
        return
    other = st.selectbox("Held against", others, key="differs-from") or others[0]
    try:
        rows = list(differences(texts(settings, "prompt set", other), texts(settings, "prompt set", name)))
    except PromptError as error:
        st.text(str(error))
        return
    if drawn := drawing.difference(rows):
        st.text(f"Minus stands in {PLAIN.sub('', other)}, plus in {PLAIN.sub('', name)}.")
        st.html(drawn.html)
    else:
        st.text("They are the same, letter by letter.")


if __name__ == "__main__":
    page()
