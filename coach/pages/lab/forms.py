"""A playbook as tables. In: its fields. Out: a field written anew when a form is sent, or None.

Each form works on the text that it was drawn from, so that a save by somebody else in between is seen. Words of the playbook
stand in cells and boxes only. `fixed` is a shipped playbook: it is shown and cannot be changed.
"""

from typing import Any, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from coach.lab.tables import criteria_from, lines_of
from coach.pages.lab import drawing
from coach.playbook import Play, PlaybookQuestion, Topic

Changed = tuple[str, Any]
"""A top-level field and its new value."""
TOPICS = [None, *get_args(Topic)]
WHEN = list(get_args(PlaybookQuestion.model_fields["when"].annotation))
SERVES = list(get_args(Play.model_fields["serves"].annotation))
ORDER = "The worst killer comes first: number them in column “place”. A row at the end is a new criterion; tick a row at its left to take it out."


def criteria(data: dict[str, Any], stamp: str, fixed: bool) -> Changed | None:
    """The table of criteria."""
    before = [item for item in data.get("criteria", ()) if isinstance(item, dict)]
    rows = [{"place": at, "was": item.get("id"), **{key: item.get(key) for key in COLUMNS}} for at, item in enumerate(before, 1)]
    for row in rows:
        row["must_have"] = row["must_have"] is True
    with _frame(f"criteria-{stamp}", fixed):
        st.caption(ORDER)
        column = st.column_config
        edited = st.data_editor(
            rows,
            key=f"criteria-table-{stamp}",
            num_rows="dynamic",
            hide_index=True,
            disabled=fixed,
            column_order=("place", *COLUMNS),
            column_config={
                "place": column.NumberColumn("place", min_value=1, step=1, width="small"),
                "id": column.TextColumn("id", help="small letters, digits and _", required=True, validate=r"^[a-z][a-z0-9_]*$"),
                "label": column.TextColumn("on the tile", required=True, max_chars=40),
                "topic": column.SelectboxColumn("topic", options=TOPICS[1:]),
                "must_have": column.CheckboxColumn("must have", default=False),
                "good": column.TextColumn("how it looks when it is fine", width="large"),
                "dies_by": column.TextColumn("how a deal dies that fails here", width="large"),
            },
        )
        if fixed or not st.form_submit_button("Save the table", type="primary", key=f"criteria-save-{stamp}"):
            return None
    return "criteria", criteria_from(edited, before)


COLUMNS = ("id", "label", "topic", "must_have", "good", "dies_by")


def criterion(data: dict[str, Any], stamp: str, fixed: bool) -> Changed | None:
    """One criterion: its texts, example sentences and questions."""
    all_ = [item for item in data.get("criteria", ()) if isinstance(item, dict)]
    at = st.selectbox("Criterion", range(len(all_)), format_func=lambda n: str(all_[n].get("label") or all_[n].get("id")), key=f"which-{stamp}") or 0
    item = all_[at]
    examples = item.get("examples") if isinstance(item.get("examples"), dict) else {}
    if fixed:
        st.html(drawing.criterion(item).html)
        return None
    key = f"{stamp}-{at}"
    with st.form(f"criterion-{key}", border=False):
        left, right = st.columns(2)
        label = left.text_input("On the tile", str(item.get("label") or ""), key=f"label-{key}")
        topic = right.selectbox("Topic", TOPICS, TOPICS.index(item.get("topic")) if item.get("topic") in TOPICS else 0, key=f"topic-{key}", format_func=_topic)
        good = st.text_area("How it looks when it is fine", str(item.get("good") or ""), key=f"good-{key}", height=80)
        dies_by = st.text_area("How a deal dies that fails here", str(item.get("dies_by") or ""), key=f"dies-{key}", height=80)
        must_have = st.checkbox("Must have: a yes does not count if the last word on this is against it", item.get("must_have") is True, key=f"must-{key}")
        left, right = st.columns(2)
        supports = left.text_area("Sentences for it, one a line", _lines(examples, "supports"), key=f"supports-{key}", height=260)
        undermines = right.text_area("Sentences against it, one a line", _lines(examples, "undermines"), key=f"undermines-{key}", height=260)
        st.caption("Write them as people say and type them, without digits and names. The first two of each go to a model, all of them to the offline analyst.")
        questions = st.data_editor(
            [{part: question.get(part) for part in ("when", "ask", "no_if", "help")} for question in item.get("questions", ()) if isinstance(question, dict)],
            key=f"questions-{key}",
            num_rows="dynamic",
            hide_index=True,
            column_config={
                "when": st.column_config.SelectboxColumn("when", options=WHEN, default="any", required=True),
                "ask": st.column_config.TextColumn("ask, said aloud", width="large", required=True),
                "no_if": st.column_config.TextColumn("it is a no if", width="medium", required=True),
                "help": st.column_config.TextColumn("what we give in return", width="medium", required=True),
            },
        )
        if not st.form_submit_button("Save this criterion", type="primary", key=f"criterion-save-{key}"):
            return None
    new = {"id": item.get("id"), "label": label.strip()}
    new |= {"topic": topic} if topic else {}
    new |= {"must_have": True} if must_have else {}
    new |= {"good": good.strip(), "dies_by": dies_by.strip()}
    new["examples"] = {"supports": lines_of(supports), "undermines": lines_of(undermines)}
    new["questions"] = [{part: str(value) for part, value in question.items() if value not in (None, "")} for question in questions]
    return "criteria", [*all_[:at], new, *all_[at + 1 :]]


def plays(data: dict[str, Any], stamp: str, fixed: bool) -> Changed | None:
    """The red-zone plays."""
    rows = [{key: play.get(key) for key in ("id", "serves", "reason")} for play in data.get("plays", ()) if isinstance(play, dict)]
    with _frame(f"plays-{stamp}", fixed):
        st.caption(
            "After the yes, one for each working day, in this order. Each is a reason to be in touch that is worth the customer’s time. At least thirty."
        )
        edited = st.data_editor(
            rows,
            key=f"plays-table-{stamp}",
            num_rows="dynamic",
            hide_index=True,
            disabled=fixed,
            height=520,
            column_config={
                "id": st.column_config.TextColumn("id", required=True, validate=r"^[a-z][a-z0-9_]*$"),
                "serves": st.column_config.SelectboxColumn("serves", options=SERVES, required=True),
                "reason": st.column_config.TextColumn("reason, beginning with a verb", width="large", required=True),
            },
        )
        if fixed or not st.form_submit_button("Save the plays", type="primary", key=f"plays-save-{stamp}"):
            return None
    return "plays", [{key: str(value) for key, value in play.items() if value not in (None, "")} for play in edited]


def _frame(key: str, fixed: bool) -> DeltaGenerator:
    """A form, or a plain place for what can only be read."""
    return st.container() if fixed else st.form(key, border=False)


def _lines(examples: Any, polarity: str) -> str:
    texts = examples.get(polarity) if isinstance(examples, dict) else None
    return "\n".join(str(text) for text in texts) if isinstance(texts, list) else ""


def _topic(topic: str | None) -> str:
    return "none of these" if topic is None else topic.replace("_", " ")
