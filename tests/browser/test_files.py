"""Several files in a real browser: bring two good ones and a bad one, pick from the table, name the sides and review again."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.replies import BOARD, HOSTILE, NORTHGATE
from tests.browser.serving import DESKTOP, PHONE
from tests.browser.test_walk import AUDIT, CONTRAST, SETTINGS, box, picture, widths

Opener = Callable[..., Page]
BAD = b"\x00\x01\x02" * 50
UNKNOWN = """Maria: Does that work for you? We are buying it and I sign the contract on Friday, the budget is approved.
Dana: Good.
Kim: Fine.
Maria: It is my call. How does that sound to you?
Dana: Good.
Kim: Right.
"""
SIZES = [pytest.param(size, id=name) for name, size in (("desktop", DESKTOP), ("phone", PHONE))]
HOSTILE_NAME = "![x](http://203.0.113.9/p.png) :red[a] <b>b</b>.txt"


def bring(page: Page, files: dict[str, str | bytes]) -> Page:
    """Puts files into the place for them, read by the offline analyst, and reviews them."""
    page.get_by_text("Or bring files").click()
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": data if isinstance(data, bytes) else data.encode()} for name, data in files.items()
    ]
    page.locator(".st-key-files input[type=file]").set_input_files(payloads)
    expect(page.locator("[data-testid=stFileChip]")).to_have_count(len(files))
    press = page.get_by_role("button", name="Review the files")
    press.click()
    try:
        rows(page).first.wait_for()
    except PlaywrightTimeout:  # the page moved under the press: whoever sees the button still there presses again
        if press.is_visible():
            press.click()
        rows(page).first.wait_for()
    expect(rows(page)).to_have_count(len(files))
    return page


def offline(page: Page) -> Page:
    """Chooses the offline analyst. The list of choices opens only on a wide window, or by touch."""
    size = page.viewport_size or DESKTOP
    page.set_viewport_size(DESKTOP)
    page.get_by_role("combobox", name=re.compile("Read by")).click()
    page.get_by_role("option", name="offline analyst").click()
    page.get_by_text("Nothing leaves this machine").wait_for()
    page.set_viewport_size(size)
    return page


def rows(page: Page) -> Locator:
    return page.locator("tr.row")


THREE: dict[str, str | bytes] = {"northgate.txt": NORTHGATE, "broken.txt": BAD, "board.txt": BOARD}


@pytest.mark.parametrize("size", SIZES)
def test_two_good_files_and_a_bad_one_are_three_rows_and_each_review_is_one_press_away(open_page: Opener, size: Any) -> None:
    page = bring(open_page(size), THREE)
    expect(rows(page).locator(".call")).to_have_text([re.compile("board.txt"), re.compile("northgate.txt"), re.compile("broken.txt")])
    expect(rows(page).nth(0)).to_contain_text("Yes. Be ruthless.")
    expect(rows(page).nth(0).locator(".quote")).to_contain_text("I'm signing off on you as the vendor")
    expect(rows(page).nth(1)).to_contain_text("Not yet. Be skeptical.")
    expect(rows(page).nth(1).locator(".first")).not_to_be_empty()
    expect(rows(page).nth(2)).to_contain_text("broken.txt is a binary file")
    expect(rows(page).nth(2).get_by_role("button")).to_have_count(0)
    rows(page).nth(1).get_by_role("button").click()
    expect(page.locator("h1#headline")).to_have_text("Not yet. Be skeptical.")
    page.get_by_role("button", name="Back to the table").click()
    expect(rows(page)).to_have_count(3)
    wide, window = widths(page)
    assert wide <= window


def test_the_table_can_be_sorted_worst_first(open_page: Opener) -> None:
    page = bring(open_page(), THREE)
    page.get_by_text("Worst first", exact=True).click()
    expect(rows(page).locator(".call")).to_have_text([re.compile("northgate.txt"), re.compile("board.txt"), re.compile("broken.txt")])


def test_a_row_can_be_opened_with_the_keyboard(open_page: Opener) -> None:
    page = bring(open_page(), THREE)
    rows(page).nth(0).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1#headline")).to_have_text("Yes. Be ruthless.")


@pytest.mark.parametrize("size", SIZES)
def test_the_rep_names_the_sides_and_the_verdict_and_the_table_follow(open_page: Opener, size: Any, shots: Path) -> None:
    page = bring(offline(open_page(size)), {"unknown.txt": UNKNOWN, "broken.txt": BAD})
    rows(page).nth(0).get_by_role("button").click()
    expect(page.locator("h1#headline")).to_have_text("A yes, but whose?")
    who = page.locator(".st-key-who")
    who.get_by_text("3 not known").click()
    for name in ("Maria", "Dana", "Kim"):
        expect(who).to_contain_text(name)
    expect(who).to_contain_text("nothing in the text shows it")
    picture(page, shots / f"sides-{'phone' if size['width'] < 500 else 'desktop'}-light.png")
    page.locator(".st-key-person-1, .st-key-person-2").filter(has_text="Maria").get_by_text("Buys", exact=True).click()
    page.get_by_role("button", name="Review again with these sides").click()
    expect(page.locator("h1#headline")).to_have_text("Yes. Be ruthless.")
    page.locator(".st-key-who").get_by_text("2 not known").click()
    expect(page.locator(".st-key-who")).to_contain_text("you said so")
    page.get_by_role("button", name="Back to the table").click()
    expect(rows(page).nth(0).locator(".verdict")).to_contain_text("Yes. Be ruthless.")


def test_what_was_typed_is_still_there_after_files_were_reviewed(open_page: Opener) -> None:
    page = open_page()
    box(page).fill("Half a note about Dana that is not finished")
    bring(page, {"northgate.txt": NORTHGATE})
    rows(page).nth(0).get_by_role("button").click()
    page.locator("h1#headline").wait_for()
    page.get_by_role("button", name="Back to the table").click()
    rows(page).first.wait_for()
    page.get_by_role("button", name="Bring others").click()
    expect(box(page)).to_have_value("Half a note about Dana that is not finished")
    page.get_by_role("button", name="Back to the table").click()
    expect(rows(page)).to_have_count(1)


def test_names_of_files_and_words_of_notes_are_drawn_as_text_and_ask_nobody_for_anything(open_page: Opener) -> None:
    page = open_page()
    asked: list[str] = []
    thrown: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: thrown.append(str(error)))
    bring(page, {HOSTILE_NAME: HOSTILE, f"bad {HOSTILE_NAME}": BAD})
    expect(rows(page).nth(1)).to_contain_text("![x](http://203.0.113.9/p.png) :red[a]")
    assert page.locator("table").locator("img, a, script, iframe, b, [src], [href], [style]").count() == 0
    assert not [url for url in asked if "203.0.113.9" in url]
    assert thrown == []


@pytest.mark.parametrize(("name", "size", "scheme"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_the_table_and_the_sides_can_be_read_in_every_setting(open_page: Opener, shots: Path, name: str, size: dict[str, Any], scheme: str) -> None:
    faults: dict[str, object] = {}

    def look(page: Page, face: str) -> None:
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(400)
        wide, window = widths(page)
        found = [*page.evaluate(AUDIT), *page.evaluate(CONTRAST), *([f"{wide} wide in {window}"] if wide > window else [])]
        if found:
            faults[face] = found
        picture(page, shots / f"{face}-{name}.png")

    page = offline(open_page(size, scheme))
    page.get_by_text("Or bring files").click()
    page.get_by_text("Up to 200 files").wait_for()
    look(page, "bring")
    page.get_by_text("Or bring files").click()
    bring(
        page,
        {**THREE, "who.txt": UNKNOWN, "cake.txt": "The weather was fine and we had cake."},
    )
    look(page, "table")
    rows(page).filter(has_text="who.txt").get_by_role("button").click()
    page.locator("h1#headline").wait_for()
    page.locator(".st-key-who").get_by_text("3 not known").click()
    page.wait_for_timeout(400)
    look(page, "sides")
    assert faults == {}
