"""The bar over a prompt set or a playbook. In: Settings. Out: the name that was picked; new ones by copying or from a zip.

What goes wrong is said under the bar. Nothing is written over: a name that is taken is refused.
"""

import re
from functools import partial
from typing import NamedTuple

import streamlit as st

from coach.errors import CoachError
from coach.lab.owned import What, add, copy, is_own, names, place, renamed, texts
from coach.lab.packing import LARGEST_PACK, pack, unpack
from coach.settings import Settings

PLAIN = re.compile(r"[^A-Za-z0-9 ._-]")  # a label is Markdown: of a name only what cannot be any gets in
OWN = "Yours, as plain text in {place}. Any editor can change it too, and git can keep it."


class Names(NamedTuple):
    """The words for one of the two kinds, and the keys of its widgets."""

    what: What
    title: str
    key: str
    brings: str


SETS = Names("prompt set", "Prompt set", "set", "A zip that somebody sent")
PLAYBOOKS = Names("playbook", "Playbook", "book", "A zip or a YAML file that somebody sent")


def shelf(settings: Settings, kind: Names) -> str:
    """Draws the bar and says which was picked."""
    listed = names(settings, kind.what)
    own = {name for name in listed if is_own(settings, kind.what, name)}
    if st.session_state.get(kind.key) not in listed:
        st.session_state[kind.key] = listed[0]
    with st.container(horizontal=True, vertical_alignment="bottom", key="shelf"):
        mine = {name: f"{name}, {'yours' if name in own else 'shipped'}" for name in listed}
        name = st.selectbox(kind.title, listed, format_func=lambda id: mine[id], key=kind.key, persist_state="session") or listed[0]
        with st.popover("Make a copy", key="copying"):
            st.text_input("Name of the copy", key="copy-name", placeholder="our-team")
            st.button(f"Copy {PLAIN.sub('', name)}", key="copy", on_click=_copied, args=(settings, kind, name))
        with st.popover("Bring a zip" if kind is SETS else "Bring a file", key="bringing"):
            st.file_uploader(kind.brings, type=["zip"] if kind is SETS else ["zip", "yaml"], key="zip", max_upload_size=max(1, LARGEST_PACK // 1_000_000))
            st.text_input("Its name here", key="zip-name", placeholder="their-team")
            st.button("Check it and take it in", key="take", on_click=_taken, args=(settings, kind))
        make = partial(_packed, settings, kind, name)
        st.download_button("Download as zip", make, f"{PLAIN.sub('', name)}.zip", "application/zip", key="pack", on_click="ignore")
    if said := st.session_state.pop("shelf-said", None):
        heading, words = said
        with st.container(key="trouble"):
            st.error(heading, icon="")
            st.text(words)
    if name not in own:
        st.text(f"This {kind.what} is shipped with the coach and stays as it is. Make a copy to change it.")
    else:
        st.text(OWN.format(place=place(settings, kind.what, name)))
    return str(name)


def _packed(settings: Settings, kind: Names, name: str) -> bytes:
    return pack(name, texts(settings, kind.what, name))


def _copied(settings: Settings, kind: Names, source: str) -> None:
    name = str(st.session_state.get("copy-name") or "").strip()
    try:
        copy(settings, kind.what, source, name)
    except CoachError as error:
        st.session_state["shelf-said"] = ("No copy was made.", str(error))
    else:
        st.session_state[kind.key] = name
        st.session_state["copy-name"] = ""


def _taken(settings: Settings, kind: Names) -> None:
    brought, name = st.session_state.get("zip"), str(st.session_state.get("zip-name") or "").strip()
    if brought is None:
        st.session_state["shelf-said"] = ("There is no file yet.", "Choose one first, or drop it on the box.")
        return
    try:
        files = unpack(brought.getvalue(), kind.what)
        if kind.what == "playbook":
            files = {f"{name}.yaml": renamed(next(iter(files.values())), name)}
        add(settings, kind.what, name, files)
    except CoachError as error:
        st.session_state["shelf-said"] = ("This was not taken in.", str(error))
    else:
        st.session_state[kind.key] = name
        st.session_state["zip-name"] = ""
