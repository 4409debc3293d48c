"""From a review to a correction to a case file, in a real browser; nothing is written before the rep agrees."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from coach.evaluation.cases import load_cases
from coach.evaluation.corrections import found_by_lint
from tests.browser.replies import NORTHGATE
from tests.browser.serving import DESKTOP, PHONE, Opener
from tests.browser.test_walk import AUDIT, CONTRAST, picture, review, widths
from tests.core.builders import playbook

OFF = ".st-key-correct"
OPEN = re.compile(r"^Open \d")
ROWS = "SELECT conversation || review || said FROM coach_corrections"


@pytest.fixture
def kept(app_data: Path) -> Iterator[Path]:
    """The database of the app, without corrections."""
    path = app_data / "call-note-coach" / "coach.db"
    yield path
    if path.exists():
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM coach_corrections")
        connection.close()


def rows(path: Path) -> list[str]:
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return [str(row[0]) for row in connection.execute(ROWS)]
    finally:
        connection.close()


def said(path: Path) -> list[tuple[str, dict[str, object]]]:
    """The note of each correction, and the quote that it names."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT conversation, said FROM coach_corrections").fetchall()
    finally:
        connection.close()
    return [(json.loads(conversation)["source"], json.loads(words)["quote"]) for conversation, words in found]


def say(page: Page, what: str) -> None:
    page.locator(OFF).get_by_text(what, exact=True).click()


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep this").click()
    page.get_by_text("Kept as correction").wait_for()


def corrections(page: Page) -> None:
    """Goes to the Corrections page as a user does, within the same session."""
    if (page.viewport_size or DESKTOP)["width"] < 600:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Corrections").click()
    page.get_by_role("heading", name="What reps said was wrong").wait_for()


def test_without_a_yes_nothing_is_written_and_the_question_comes_once(open_page: Opener, kept: Path) -> None:
    page = review(open_page(), NORTHGATE)
    say(page, "Good")
    page.get_by_text("May corrections be kept?").wait_for()
    expect(page.locator(".st-key-correction")).to_contain_text(str(kept))
    assert rows(kept) == []
    page.get_by_role("button", name="Keep nothing").click()
    page.get_by_text("nothing is written down").wait_for()
    say(page, "Missed this")
    page.get_by_text("nothing is written down").wait_for()
    expect(page.get_by_role("button", name="Keep this")).to_have_count(0)
    assert rows(kept) == []


def test_a_review_is_corrected_and_becomes_a_case_file_that_lint_accepts(open_page: Opener, kept: Path, app_data: Path) -> None:
    page = review(open_page(), NORTHGATE)
    say(page, "Missed this")
    page.get_by_role("button", name="Keep my corrections").click()
    words = page.get_by_role("textbox", name="The words, selected in the note")
    words.fill("these words are not in it at all")
    page.get_by_role("button", name="Keep this").click()
    page.get_by_text("These words do not stand in the note.").wait_for()
    assert rows(kept) == []
    words.fill("CFO Marcus signs anything over 25k")
    page.get_by_role("textbox", name="Why, in a sentence").fill("Dana Whitfield told me so.")
    keep(page)
    say(page, "Not evidence")
    keep(page)
    written = "".join(rows(kept))
    assert len(rows(kept)) == 2
    assert [name for name in ("Dana", "Whitfield", "Raj ") if name in written] == []
    assert "Person1 told me so." in written

    corrections(page)
    page.get_by_role("button", name=OPEN).first.click()
    page.locator("h1#headline").wait_for()
    expect(page.locator(".text")).to_contain_text("Person1")
    page.get_by_role("button", name="Make it an eval case").click()
    page.get_by_role("button", name="Write the case file").click()
    page.get_by_text("Written:").wait_for()
    made = [case for case in load_cases(app_data / "evals" / "cases", "dev") + load_cases(app_data / "evals" / "cases", "holdout") if "correction" in case.tags]
    assert len(made) == 1
    assert found_by_lint(made[0], [], playbook()) == []
    assert "Dana" not in made[0].note
    page.get_by_role("button", name="Back to the queue").click()
    page.locator("[class*=st-key-row-]").first.wait_for()
    expect(page.locator("[class*=st-key-row-]").first).to_contain_text("done")
    (app_data / "evals" / "cases" / f"{made[0].id}.yaml").unlink()


SELECT = """(body, words) => {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  while (!node.data.includes(words)) node = walker.nextNode();
  const at = node.data.lastIndexOf(words);
  document.getSelection().setBaseAndExtent(node, at, node, at + words.length);
}"""


def test_words_selected_in_the_note_are_those_that_were_missed(open_page: Opener, kept: Path) -> None:
    page = review(open_page(), f"{NORTHGATE}\nDana: and the board, the board wants a date.")
    missed = page.get_by_role("button", name="These words were missed")
    expect(missed).to_be_hidden()
    page.locator(".note .body").filter(has_text="the board wants").evaluate(SELECT, "the board")
    missed.click()
    page.get_by_role("button", name="Keep my corrections").click()
    words = page.get_by_role("textbox", name="The words, selected in the note")
    expect(words).to_have_value("the board")
    expect(words).to_be_in_viewport()
    keep(page)
    [(source, quote)] = said(kept)
    assert (quote["text"], quote["start"]) == ("the board", source.rindex("the board"))
    assert source.count("the board") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_row_and_the_page_can_be_read_in_every_setting(
    size: ViewportSize, scheme: Literal["light", "dark"], open_page: Opener, kept: Path, shots: Path
) -> None:
    page = review(open_page(size, scheme), NORTHGATE)
    say(page, "Wrong stage")
    page.get_by_text("May corrections be kept?").wait_for()
    assert widths(page)[0] <= widths(page)[1]
    page.get_by_role("button", name="Keep my corrections").click()
    page.get_by_role("button", name="Keep this").wait_for()
    picture(page, shots / f"correct-{size['width']}-{scheme}.png")
    keep(page)
    corrections(page)
    page.get_by_role("button", name=OPEN).first.wait_for()
    assert widths(page)[0] <= widths(page)[1]
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(AUDIT) == []
    picture(page, shots / f"corrections-{size['width']}-{scheme}.png")
