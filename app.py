"""The web app. In: a browser session. Out: the pages. Page set-up and navigation only: each page draws itself."""

from pathlib import Path

import streamlit as st

import coach.pages

PAGES = Path(coach.pages.__file__).parent

st.set_page_config(page_title="Coach", page_icon=str(PAGES / "icon.svg"), layout="wide")
st.navigation([st.Page(PAGES / "review.py", title="Review", default=True)], position="top").run()
