"""Streamlit screens. In: what a person pastes and presses. Out: pixels. Layout only: no rule, no prompt, no clock.

Each page calls one function of the parts below it. Text of a note or a model is never given to a Streamlit label or to
Markdown, both of which render links and images: it is drawn by `coach.pages.sheet` or `st.text`.
"""
