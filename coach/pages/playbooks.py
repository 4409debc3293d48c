"""The Playbooks page. In: playbooks. Out: tables and texts to change them with, findings, what differs, and which eval cases there are.

Layout only: what is wrong with a playbook and how it is saved is decided in `coach.lab`.
"""

from pathlib import Path

import streamlit as st

from coach.errors import CoachError
from coach.evaluation.cases import load_cases
from coach.evaluation.found import stamp as stamp_of
from coach.lab.coverage import Covered, coverage
from coach.lab.difference import differences
from coach.lab.owned import is_own, names, place, read_text, texts
from coach.lab.playbooks import Book, lint
from coach.lab.saving import stamp
from coach.lab.tables import data_of, remarks, with_field
from coach.pages.lab import conflict, drawing, editor, forms
from coach.pages.lab.shelf import PLAIN, PLAYBOOKS, shelf
from coach.playbook import SLOTS
from coach.settings import Settings, load

TITLE = "Playbooks"
WHAT_IT_DOES = "What a deal is held against, what to ask, and what to do after the yes. Change it here, as tables or as text."
VIEWS = ("Criteria", "One criterion", "Plays", "As text", "What differs", "Eval cases")
FORMS = {"Criteria": ("criteria", forms.criteria), "One criterion": ("criteria", forms.criterion), "Plays": ("plays", forms.plays)}
SAYS = {
    "person": "who committed, or whom we talk with",
    "decider": "who decides instead",
    "rival": "another supplier",
    "amount": "the first money in the note",
    "date": "a date, as it was said",
    "failing": "the criterion that fails",
    "what": "what they said yes to, if not to buying",
}


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    st.html(here / "page.css")
    st.html(here / "lab" / "lab.css")
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    try:
        settings = load()
        name = shelf(settings, PLAYBOOKS)
        view = st.radio("View", VIEWS, horizontal=True, key="book-view", persist_state="session", label_visibility="collapsed") or VIEWS[0]
        path = place(settings, "playbook", name)
        if view == "As text":
            _text(settings, name, path)
        elif view == "What differs":
            _differs(settings, name)
        elif view == "Eval cases":
            _cases(settings, name)
        else:
            _form(settings, name, path, view)
    except CoachError as error:
        st.error("This cannot be shown.", icon="")
        st.text(str(error))


@st.fragment
def _text(settings: Settings, name: str, path: Path) -> None:
    saved = read_text(path)
    sheet = editor.Sheet(
        id=f"playbooks/{name}",
        label=f"Text of {path.name}",
        text=saved.replace("\r\n", "\n"),
        base=stamp(saved),
        sort="yaml",
        fixed=not is_own(settings, "playbook", name),
        was=str(st.session_state.get("was", "")),
        drop=str(st.session_state.get("drop", "")),
    )
    if clash := conflict.clash(sheet.id):
        conflict.ask(clash)
    edit = None if sheet.fixed else editor.last(sheet)
    found = lint(Book(path, edit.text if edit else saved, settings))
    drawn = editor.draw(sheet, found, [editor.Word(slot, SAYS[slot], f"{{{slot}}}") for slot in SLOTS])
    if drawn.save and not sheet.fixed and conflict.try_save(sheet, path.parent, path.name, drawn.save):
        st.rerun()


def _form(settings: Settings, name: str, path: Path, view: str) -> None:
    now = read_text(path)
    text = _opened(name, now)
    own = is_own(settings, "playbook", name)
    sheet = editor.Sheet(f"playbooks/{name}", "", text, stamp(text), "yaml")
    if clash := conflict.clash(sheet.id):
        conflict.ask(clash)
    elif text != now:
        st.text("This playbook was changed elsewhere since you opened it.")
        st.button("Show it as it is now", key="again", on_click=_closed)
    field, draw = FORMS[view]
    data = data_of(text, path.name)
    if field not in data:
        st.text(f"The {field} of this playbook are those of {data.get('extends')}, which it extends. Saving here gives it its own.")
        data = {**data, field: settings.extended(dict(data), path).get(field, [])}
    if own and (lost := remarks(text, field)):
        st.text(f"{lost} remark lines in this part of the file go if you save here. To keep them, change it as text.")
    found = lint(Book(path, text, settings))
    if found:
        st.html(drawing.findings(found).html)
    changed = draw(data, f"{name}-{stamp(text)}", not own)
    if changed is None or not own:
        return
    new = with_field(text, *changed)
    if broken := [one for one in lint(Book(path, new, settings)) if one.kind == "error" and one not in found]:
        with st.container(key="trouble"):
            st.error("This was not saved: it would not be a playbook that can be used.", icon="")
            st.html(drawing.findings([one.model_copy(update={"file": "as it would be saved"}) for one in broken]).html)
    elif conflict.try_save(sheet, path.parent, path.name, editor.Edit(new, stamp(text))):
        if not conflict.clash(sheet.id):
            _closed()
        st.rerun()


def _opened(name: str, now: str) -> str:
    """The text that the forms on the page were drawn from."""
    held = st.session_state.get("opened")
    if not isinstance(held, tuple) or held[0] != name:
        held = st.session_state["opened"] = (name, now)
    return str(held[1])


def _closed() -> None:
    st.session_state.pop("opened", None)


def _differs(settings: Settings, name: str) -> None:
    others = [other for other in names(settings, "playbook") if other != name]
    other = st.selectbox("Held against", others, key="book-differs") or others[0]
    before, now = (next(iter(texts(settings, "playbook", id).values())) for id in (other, name))
    if drawn := drawing.difference(differences({name: before}, {name: now})):
        st.text(f"Minus stands in {PLAIN.sub('', other)}, plus in {PLAIN.sub('', name)}.")
        st.html(drawn.html)
    else:
        st.text("They are the same, letter by letter.")


def _cases(settings: Settings, name: str) -> None:
    playbook = settings.playbook(name)
    folder = settings.evals / "cases"
    st.text("How many labelled cases say something on each criterion. What has none is not measured. Holdout cases are not counted.")
    rows = _covered(name, stamp(read_text(place(settings, "playbook", name))), str(folder), stamp_of(folder), playbook)
    st.html(drawing.cases(rows, {one.id: one.label for one in playbook.criteria}).html)


@st.cache_data(max_entries=20, show_spinner="Counting the cases")
def _covered(name: str, text: str, folder: str, cases: object, _playbook: object) -> tuple[Covered, ...]:  # noqa: ARG001 - the key
    return coverage(_playbook, load_cases(Path(folder)))  # type: ignore[arg-type]


if __name__ == "__main__":
    page()
