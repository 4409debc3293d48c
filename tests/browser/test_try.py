"""The Try page in a real browser: two readings of one note, one that fails beside one that does not, and how it looks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dictation import reading, two_sets
from tests.browser.replies import HOSTILE, NORTHGATE, PAYLOADS
from tests.browser.serving import DESKTOP, PATIENCE, PHONE, Opener, rested, served
from tests.browser.test_evals import ICON, folders
from tests.browser.test_walk import AUDIT, CONTRAST, picture, widths
from tests.evaluation.runs import small_folder

UNKNOWN = "Saw Kim at the mill. Kim said the pump is too old and asked what a new one costs. Kim's boss has to agree."


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("try")
    (folder / "prices.yaml").write_text("reader: {in: 1.0, out: 4.0}\n")
    with reading(small_folder(folder / "evals", 2, 1), wait=0.2) as (model, _):
        own = {
            "OPENAI_BASE_URL": model,
            "COACH_MODEL": "reader",
            "COACH_PRICES": str(folder / "prices.yaml"),
            "COACH_PROMPTS": str(two_sets(folder / "prompts")),
        }
        with served(folder / "log.txt", folders(folder) | own) as address:
            yield f"{address}/try"


def tried(page: Page, note: str) -> Page:
    page.get_by_role("textbox", name="The note or transcript").fill(note)
    page.get_by_role("button", name="Try both").click()
    return page


def test_two_prompt_sets_are_asked_at_once_and_what_differs_is_shown(at: Opener, url: str) -> None:
    page = tried(at(url), NORTHGATE)
    expect(page.get_by_test_id("stExpander").first).to_contain_text("Reading for evidence")
    expect(page.locator(".gate")).to_contain_text("verdict")
    expect(page.locator(".panel").nth(0)).to_contain_text("prompts default")
    expect(page.locator(".panel").nth(1)).to_contain_text("prompts eager")
    expect(page.locator(".panel").nth(0)).to_contain_text("3 calls, 12,000 tokens in, 900 tokens out, $0.0156")
    expect(page.locator(".legend")).to_contain_text("only A")
    assert page.locator(".strip").nth(0).locator(".found").count() > page.locator(".strip").nth(1).locator(".found").count()
    expect(page.locator(".pairs")).to_contain_text("nothing is set aside this year")
    expect(page.locator(".pairs")).to_contain_text("against budget")
    expect(page.locator(".statuses")).to_contain_text("not talked about")
    expect(page.locator(".advice").first).to_contain_text("Marcus")


def test_one_side_that_fails_says_so_and_leaves_the_other(at: Opener, url: str) -> None:
    page = at(url)
    page.get_by_role("combobox", name="B, the change: read by").click()
    page.get_by_role("option", name="offline analyst").click()
    tried(rested(page), UNKNOWN)  # the model knows no such note, and breaks off
    expect(page.locator(".panel").nth(0)).to_contain_text("No answer", timeout=2 * PATIENCE)
    expect(page.locator(".panel").nth(0)).to_contain_text("No connection to the model")
    expect(page.locator(".panel").nth(1)).to_contain_text("Not yet. Be skeptical.")
    expect(page.locator(".gate")).to_contain_text("nothing can be compared")


def test_markup_of_a_note_is_drawn_as_text(at: Opener, url: str) -> None:
    page = tried(at(url), HOSTILE)
    page.locator(".pairs").wait_for()
    assert page.locator(".stHtml").locator("img, a, script, iframe, [src], [href], [onerror]").count() == 0
    page.get_by_text("Show also what both found").click()
    expect(page.locator(".pairs")).to_contain_text(PAYLOADS[0])


def test_the_same_set_up_twice_is_a_sentence(at: Opener, url: str) -> None:
    page = at(url)
    page.get_by_role("combobox", name="B: prompts").click()
    page.get_by_role("option", name="default").click()
    tried(rested(page), NORTHGATE)
    expect(page.locator(".stMain")).to_contain_text("A and B are the same set-up")


SETTINGS = [(f"{name}-{scheme}", dict(size), scheme) for name, size in (("desktop", DESKTOP), ("phone", PHONE)) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("name", "size", "scheme"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_the_page_can_be_read_and_needs_no_sideways_scroll(at: Opener, url: str, shots: Path, name: str, size: Any, scheme: str) -> None:
    page = tried(at(url, size, scheme), NORTHGATE)
    page.locator(".pairs").wait_for()
    rested(page).wait_for_timeout(400)
    picture(page, shots / f"try-{name}.png")
    wide, window = widths(page)
    assert page.evaluate(AUDIT) == []
    assert [fault for fault in page.evaluate(CONTRAST) if ICON not in fault] == []
    assert wide <= window
