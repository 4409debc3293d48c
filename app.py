"""The web app. In: a browser session. Out: the pages. Page set-up and navigation only: each page draws itself.

Streamlit runs this file as the main module, and worker processes that a page starts load the main module again under another
name: for them it is empty.
"""


def main() -> None:
    """Sets the page up and goes to the one that was asked for."""
    from pathlib import Path

    import streamlit as st

    import coach.pages

    folder = Path(coach.pages.__file__).parent
    st.set_page_config(page_title="Coach", page_icon=str(folder / "icon.svg"), layout="wide")
    pages = [
        st.Page(folder / "review.py", title="Review", default=True),
        st.Page(folder / "tried.py", title="Try", url_path="try"),
        st.Page(folder / "compared.py", title="Compare", url_path="compare"),
        st.Page(folder / "evals.py", title="Evals", url_path="evals"),
        st.Page(folder / "prompts.py", title="Prompts", url_path="prompts"),
        st.Page(folder / "playbooks.py", title="Playbooks", url_path="playbooks"),
        st.Page(folder / "corrections.py", title="Corrections", url_path="corrections"),
    ]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
