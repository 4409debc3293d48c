"""Who is who: the rep names the sides that the text does not state, and the note is reviewed again.

In: a finished review. Out: a form, and the sides that were chosen in it. Names and reasons are drawn with `st.text`: a
label would render them as Markdown.
"""

from collections import Counter

import streamlit as st

from coach.conversation import Conversation, Person, Side
from coach.readers.people import INFERRED, SAID_BY_REP

WORDS = {Side.PROSPECT: "Buys", Side.REP: "Sells", Side.UNKNOWN: "Not known"}
MOST = 40  # people; who says most comes first
WHY = "The text does not say it of these. A yes counts only from the side that buys, so name what you know."


def doubtful(conversation: Conversation) -> list[Person]:
    """Speakers whose side is unknown, inferred or named by the rep before: those who say most first, the unknown before the rest."""
    said = Counter(turn.speaker for turn in conversation.turns if turn.speaker)
    people = [p for p in conversation.people if said[p.name] and (p.side is Side.UNKNOWN or p.because == SAID_BY_REP or INFERRED.match(p.because))]
    return sorted(people, key=lambda person: (person.side is not Side.UNKNOWN, -said[person.name]))


def form(conversation: Conversation) -> dict[str, Side] | None:
    """Draws the form; the sides that the rep chose, once the button is pressed."""
    people = doubtful(conversation)
    if not people:
        return None
    options = list(WORDS)
    unknown = sum(person.side is Side.UNKNOWN for person in people)
    title = f"Who is on which side: {unknown} not known" if unknown else "Who is on which side: read from how they talk"
    with st.expander(title, key="who"), st.form("sides", border=False):
        st.text(WHY)
        chosen: dict[str, Side] = {}
        for number, person in enumerate(people[:MOST], 1):
            with st.container(horizontal=True, vertical_alignment="center", key=f"person-{number}"):
                with st.container(key=f"name-{number}"):
                    st.text(person.name + (f", {person.role}" if person.role else ""))
                    st.text(person.because or "nothing in the text shows it")
                side = st.radio(
                    f"Side of person {number}",
                    options,
                    options.index(person.side),
                    format_func=WORDS.__getitem__,
                    horizontal=True,
                    label_visibility="collapsed",
                    key=f"side-{number}-{person.side}",
                )
            if side is not None and side is not person.side:
                chosen[person.name] = side
        if len(people) > MOST:
            st.text(f"{len(people) - MOST} more people say less than these.")
        pressed = st.form_submit_button("Review again with these sides", key="again")
    return chosen if pressed else None
