"""Keeping a run: what it would change in evals/, and the button that writes it. In: a bench and a run's folder. Out: widgets.

The list of files stands before the button; nothing is written without it, and git is left to whoever reads the change.
"""

from pathlib import Path

import streamlit as st

from coach.errors import CoachError
from coach.evaluation.accepting import Proposal, accept, proposal
from coach.evaluation.bench import Bench
from coach.pages.measured.elements import El, el, table

MOST = 30  # files that are listed
WRITTEN = "versus_written"


def keep(bench: Bench, folder: Path) -> None:
    """Draws the change and the button."""
    if written := st.session_state.get(WRITTEN):
        st.text("Written. To look at it:")
        st.code(str(written), language=None, wrap_lines=True)
    try:
        made = proposal(bench, folder)
    except CoachError as error:
        st.text(str(error))
        return
    st.text(f"{made.stat}. In {bench.folder}. Nothing is committed.")
    if not made.changes:
        return
    st.html(_files(made).html)
    if st.button("Write these files", type="primary", key="write"):
        try:
            accept(made)
        except (CoachError, OSError) as error:
            st.text(f"Nothing was changed: {error if isinstance(error, CoachError) else type(error).__name__}.")
            return
        st.session_state[WRITTEN] = made.look
        st.rerun()


def _files(made: Proposal) -> El:
    first = sorted(made.changes, key=lambda change: (not change.path.startswith("baselines"), change.path))[:MOST]
    rows: list[list[El | str | None]] = [[change.path, change.what, f"+{change.plus}", f"−{change.minus}"] for change in first]
    more = el("p", f"and {len(made.changes) - MOST} more", cls="quiet") if len(made.changes) > MOST else None
    return el("div", table(["File", "", "", ""], rows, "files", "Files"), more)
