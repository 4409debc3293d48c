"""The Prompts and Playbooks pages in a real browser: edit, be told, save, be second, take a zip out and in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from coach.lab.owned import copy
from coach.lab.packing import pack
from coach.settings import Settings
from tests.browser.serving import DESKTOP, IDLE, PHONE, Opener, clean, served
from tests.browser.test_walk import CONTRAST, picture, widths
from tests.lab.builders import DEFAULT, zipped

END = "Answer with one JSON object of the form {{ form }} and nothing else."


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one's own, for the app."""
    return tmp_path_factory.mktemp("lab") / "sets"


@pytest.fixture(scope="module")
def address(sets: Path) -> Iterator[str]:
    """Address of an app that keeps its sets there."""
    with served(sets.parent / "log.txt", clean(COACH_SETS=str(sets))) as url:
        yield url


@pytest.fixture
def opened(at: Opener, address: str) -> Opener:
    """Opens a page of the app in a browser of its own."""
    return lambda where, *how: at(f"{address}/{where}", *how)


def pick(page: Page, label: str, option: str) -> None:
    page.locator(IDLE).wait_for()
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option).click()


def own(sets: Path, name: str, what: Literal["prompt set", "playbook"] = "prompt set") -> Path:
    return copy(Settings(sets=sets), what, "default" if what == "prompt set" else "bant", name)


def editor(page: Page, name: str, file: str = "extract.j2") -> None:
    """Goes to a file of a set."""
    pick(page, "Prompt set", f"{name}, yours")
    expect(page.get_by_label("Text of system.j2")).to_be_editable()
    pick(page, "File", file)
    expect(page.get_by_label(f"Text of {file}")).to_be_editable()


def test_a_set_is_copied_edited_linted_while_typing_and_saved(opened: Opener, sets: Path) -> None:
    page = opened("prompts")
    expect(page.get_by_text("This prompt set is shipped with the coach and stays as it is.")).to_be_visible()
    expect(page.get_by_label("Text of system.j2")).not_to_be_editable()
    page.get_by_role("button", name="Make a copy").click()
    page.get_by_role("textbox", name="Name of the copy").fill("clinics")
    page.get_by_role("button", name="Copy default").click()
    expect(page.get_by_text("Yours, as plain text in")).to_be_visible()
    editor(page, "clinics")
    text = page.get_by_label("Text of extract.j2")
    text.fill("Find it.\n{{ todya }}\n" + END)
    expect(page.get_by_text("nothing here is called todya. Did you mean today?")).to_be_visible()
    expect(page.get_by_role("button", name="line 2").first).to_be_visible()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    text.fill("Find it.\n{{ today }}\n" + END)
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    text.press("Control+s")
    expect(page.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    assert (sets / "clinics" / "extract.j2").read_text() == "Find it.\n{{ today }}\n" + END


def test_a_word_is_put_in_where_the_cursor_is(opened: Opener, sets: Path) -> None:
    own(sets, "wordy")
    page = opened("prompts")
    editor(page, "wordy")
    text = page.get_by_label("Text of extract.j2")
    text.fill("")
    page.get_by_role("button", name="weekday", exact=True).click()
    expect(text).to_have_value("{{ weekday }}")


def test_unsaved_text_survives_a_reload(opened: Opener, sets: Path) -> None:
    own(sets, "reloaded")
    page = opened("prompts")
    editor(page, "reloaded")
    page.get_by_label("Text of extract.j2").fill("half a thought " + END)
    page.reload()
    editor(page, "reloaded")
    expect(page.get_by_label("Text of extract.j2")).to_have_value("half a thought " + END)
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Back to what is saved").click()
    expect(page.get_by_label("Text of extract.j2")).to_have_value(DEFAULT["extract.j2"])


@pytest.mark.parametrize("choice", ["Save mine over theirs", "Take theirs"])
def test_the_second_of_two_savers_is_told_sees_both_and_loses_nothing(opened: Opener, sets: Path, choice: str) -> None:
    name = "both-" + choice.split(maxsplit=1)[0].casefold()
    file = own(sets, name) / "extract.j2"
    first, second = opened("prompts"), opened("prompts")
    for page in (first, second):
        editor(page, name)
    second.get_by_label("Text of extract.j2").fill("mine\n" + END)
    first.get_by_label("Text of extract.j2").fill("theirs\n" + END)
    first.get_by_label("Text of extract.j2").press("Control+s")
    expect(first.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    second.get_by_label("Text of extract.j2").press("Control+s")
    expect(second.get_by_text("Somebody else saved this file while you were changing it.")).to_be_visible()
    told = second.get_by_role("region", name="What differs")
    expect(told).to_contain_text("theirs")
    expect(told).to_contain_text("mine")
    assert file.read_text() == "theirs\n" + END
    second.get_by_role("button", name=choice).click()
    mine = choice.startswith("Save mine")
    expect(second.get_by_label("Text of extract.j2")).to_have_value(f"{'mine' if mine else 'theirs'}\n{END}")
    expect(second.get_by_role("status").get_by_text("Saved", exact=True)).to_be_visible()
    assert file.read_text() == f"{'mine' if mine else 'theirs'}\n{END}"
    kept = [path.read_text() for path in (file.parent / ".kept").glob("extract*")]
    assert kept == [f"{'theirs' if mine else 'mine'}\n{END}"]


def test_what_a_model_gets_and_what_differs_are_shown(opened: Opener, sets: Path) -> None:
    (own(sets, "shown") / "judge.j2").write_text("<img src=x onerror=alert(1)> [l](http://203.0.113.9)\n" + END)
    page = opened("prompts")
    pick(page, "Prompt set", "shown, yours")
    page.get_by_text("What a model gets").click()
    expect(page.get_by_text("of the bytes are the same in all requests")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("skeptical")
    page.get_by_text("What differs").click()
    differs = page.get_by_role("region", name="What differs")
    expect(differs).to_contain_text("<img src=x onerror=alert(1)>")
    assert differs.locator("img, a").count() == 0


def test_a_zip_goes_out_and_comes_in_and_a_hostile_one_does_not(opened: Opener, sets: Path, tmp_path: Path) -> None:
    page = opened("prompts")
    with page.expect_download() as out:
        page.get_by_role("button", name="Download as zip").click()
    brought = tmp_path / "theirs.zip"
    out.value.save_as(brought)
    assert brought.read_bytes() == pack("default", DEFAULT)
    evil = tmp_path / "evil.zip"
    evil.write_bytes(zipped({**DEFAULT, "../../evil.j2": "x"}))
    for file, name, says in ((evil, "evil", "a file of a pack has a plain name"), (brought, "theirs", "Yours, as plain text in")):
        page.get_by_role("button", name="Bring a zip").click()
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text(file.name)).to_be_visible()
        page.get_by_role("textbox", name="Its name here").fill(name)
        page.get_by_role("textbox", name="Its name here").press("Tab")
        page.get_by_role("button", name="Check it and take it in").click()
        expect(page.get_by_text(says)).to_be_visible()
        if page.get_by_role("button", name="Check it and take it in").is_visible():
            page.keyboard.press("Escape")
    assert (sets / "theirs" / "system.j2").read_text() == DEFAULT["system.j2"]
    assert not (sets / "evil").exists()


def test_a_criterion_is_changed_as_a_form_and_one_that_breaks_the_playbook_is_not_saved(opened: Opener, sets: Path) -> None:
    file = own(sets, "books", "playbook")
    page = opened("playbooks")
    pick(page, "Playbook", "books, yours")
    page.get_by_text("One criterion").click()
    against = page.get_by_role("textbox", name="Sentences against it, one a line")
    expect(against).to_be_visible()
    against.fill("")
    page.get_by_role("button", name="Save this criterion").click()
    expect(page.get_by_text("This was not saved: it would not be a playbook that can be used.")).to_be_visible()
    expect(page.get_by_text("undermines has 0, and needs 1 or more.")).to_be_visible()
    before = file.read_text()
    against.fill("It never rains in here, so why would I buy a roof.\nWe like it wet.")
    page.get_by_role("button", name="Save this criterion").click()
    expect(page.get_by_text("This was not saved")).to_be_hidden()
    page.wait_for_timeout(1_000)
    assert "so why would I buy a roof" in file.read_text()
    assert file.read_text().split("questions:", 1)[1] == before.split("questions:", 1)[1]


def test_a_playbook_as_text_says_its_line(opened: Opener, sets: Path) -> None:
    own(sets, "texts", "playbook")
    page = opened("playbooks")
    pick(page, "Playbook", "texts, yours")
    page.get_by_text("As text", exact=True).click()
    text = page.get_by_label("Text of texts.yaml")
    expect(text).to_be_editable()
    text.fill(text.input_value().replace("topic: need", "topic: neeed", 1))
    expect(page.get_by_text("topic cannot be “neeed”. Did you mean need?")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop light", "phone dark"])
@pytest.mark.parametrize("where", ["prompts", "playbooks"])
def test_both_pages_can_be_read_in_every_setting(opened: Opener, shots: Path, where: str, size: ViewportSize, scheme: Literal["light", "dark"]) -> None:
    page = opened(where, size, scheme)
    page.locator(IDLE).wait_for()
    if where == "playbooks":
        page.get_by_text("One criterion").click()
        expect(page.get_by_text("sentences against it")).to_be_visible()
    else:
        page.get_by_label("Text of system.j2").wait_for()
    picture(page, shots / f"{where}-{size['width']}-{scheme}.png")
    assert page.evaluate(CONTRAST) == []
    scroll, inner = widths(page)
    assert scroll <= inner
