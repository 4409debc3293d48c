"""A walk through the page in a real browser, with a model that says what the test lets it say."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.replies import BOARD, BOARD_DAY, HOSTILE, NOBODY, NORTHGATE, PAYLOADS
from tests.browser.serving import DESKTOP, PHONE, Opener

REFUSED = "Saw Kim at the mill. Kim said the pump is too old and asked what a new one costs. Kim's boss has to agree."

AUDIT, CONTRAST = (Path(__file__).with_name(name).read_text(encoding="utf-8").partition("\n")[2] for name in ("audit.js", "contrast.js"))
IN_VIEW = """(node) => {
  const box = node.closest(".text").getBoundingClientRect(), at = node.getBoundingClientRect();
  const inside = (outer) => at.top >= outer.top - 1 && at.bottom <= outer.bottom + 1;
  return inside(box) && inside({ top: 0, bottom: innerHeight });
}"""


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="The note or transcript")


def say_on(page: Page, day: date) -> None:
    """Sets the day that the note is taken as said on."""
    for part, digits in (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}")):
        page.get_by_role("spinbutton", name=re.compile(part, re.IGNORECASE)).press_sequentially(digits)
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)


def review(page: Page, note: str, day: date | None = None) -> Page:
    """Pastes a note, presses Ctrl+Enter and waits for the verdict."""
    if day:
        say_on(page, day)
    box(page).fill(note)
    box(page).press("Control+Enter")
    page.locator("h1#headline").wait_for()
    return page


def widths(page: Page) -> tuple[int, int]:
    """How wide the page's content is, and how wide the window."""
    got: list[int] = page.evaluate("[Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth), innerWidth]")
    return got[0], got[1]


def picture(page: Page, file: Path) -> None:
    """A screenshot of the whole page: the window is made as high as what is on it."""
    page.wait_for_timeout(600)
    size = page.viewport_size or DESKTOP
    height: int = page.evaluate("document.querySelector('.stMain').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height + 10)})
    page.wait_for_timeout(300)
    page.screenshot(path=str(file))
    page.set_viewport_size(size)


def test_a_pasted_note_gets_its_verdict_on_control_enter(open_page: Opener) -> None:
    page = review(open_page(), NORTHGATE)
    expect(page.locator("h1#headline")).to_have_text("Not yet. Be skeptical.")
    expect(page.get_by_role("heading", name="Do this first")).to_be_visible()
    expect(page.get_by_role("heading", name="Ask this, worst first")).to_be_visible()
    expect(page.locator(".question").first).to_contain_text("It is a no if")


def test_a_yes_that_counts_gets_its_plan(open_page: Opener) -> None:
    page = review(open_page(), BOARD, BOARD_DAY)
    expect(page.locator("h1#headline")).to_have_text("Yes. Be ruthless.")
    expect(page.locator(".timeline svg")).to_be_visible()
    expect(page.locator("table")).to_contain_text("unknown: ask")
    expect(page.locator("footer")).to_contain_text("14 November 2025")


def test_a_click_on_a_quote_scrolls_the_note_to_it_and_makes_it_flash(open_page: Opener) -> None:
    filler = "\n".join(f"Talked about the weather for minute {n}." for n in range(80))
    page = review(open_page(), NORTHGATE + "\n" + filler)
    page.locator(".text").evaluate("(node) => node.scrollTo(0, node.scrollHeight)")
    page.locator(".verdict").get_by_role("button", name="find").last.click()
    lit = page.locator(".mark.flash").first
    expect(lit).to_be_visible()
    assert lit.evaluate(IN_VIEW)
    assert lit.evaluate("(node) => node.getRootNode().activeElement === node")


def test_a_press_on_a_highlight_shows_its_criterion(open_page: Opener) -> None:
    page = review(open_page(), NORTHGATE)
    page.locator(".mark", has_text="I'd have to fight for it").first.click()
    expect(page.locator("[data-card=budget].flash")).to_be_in_viewport()


def test_the_rep_can_overrule_the_verdict_and_go_back(open_page: Opener) -> None:
    page = review(open_page(), NORTHGATE)
    page.get_by_role("button", name="Coach me for stage 2").click()
    expect(page.locator(".overruled")).to_contain_text("You overruled the verdict")
    expect(page.locator("h1#headline")).to_have_text("Not yet. Be skeptical.")
    expect(page.get_by_role("heading", name="The way to the signature")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Back to the verdict")).click()
    expect(page.locator(".overruled")).to_have_count(0)
    expect(page.get_by_role("heading", name="Ask this, worst first")).to_be_visible()


@pytest.mark.parametrize(
    ("note", "labels"),
    [
        (NORTHGATE, ["Markdown", "JSON", "CSV for a spreadsheet", "E-mail draft"]),
        (BOARD, ["Markdown", "JSON", "CSV for a spreadsheet", "E-mail draft", "Calendar"]),
    ],
    ids=["before_the_yes", "after_the_yes_with_a_calendar"],
)
def test_a_review_can_be_taken_away_in_each_format(open_page: Opener, note: str, labels: list[str]) -> None:
    page = review(open_page(), note, BOARD_DAY)
    page.get_by_role("button", name="Download").click()
    buttons = page.locator("[data-testid=stDownloadButton] button")
    expect(buttons).to_have_text(labels)
    for label in labels:
        with page.expect_download() as waiting:
            buttons.get_by_text(label, exact=True).click()
        assert waiting.value.path().stat().st_size > 0


def test_the_review_can_be_copied_as_text(open_page: Opener) -> None:
    page = review(open_page(), NORTHGATE)
    page.get_by_role("button", name="Copy all as text").click()
    expect(page.locator(".said")).to_have_text("Copied.")
    assert "Not yet" in page.evaluate("navigator.clipboard.readText()")


def test_markup_in_a_note_or_in_a_models_words_is_drawn_as_text_and_asks_nobody_for_anything(open_page: Opener, app_url: str) -> None:
    page = open_page()
    asked: list[str] = []
    thrown: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("dialog", lambda dialog: thrown.append(dialog.message))
    review(page, HOSTILE)
    for more in page.locator("summary").all():
        more.click()
    page.get_by_role("button", name="Coach me for stage 2").click()
    page.locator(".overruled").wait_for()
    page.wait_for_timeout(500)
    assert page.locator(".sheet").locator("img, a, script, iframe, object, embed, form, [src], [href], [style], [onerror]").count() == 0
    assert page.locator("img[src='x'], [href*='203.0.113.9'], [src*='203.0.113.9'], [href^='javascript:']").count() == 0
    drawn = page.locator(".note .text").inner_text()
    assert all(payload in drawn for payload in PAYLOADS)
    host = urlsplit(app_url).netloc
    assert [url for url in asked if urlsplit(url).scheme not in ("blob", "data") and urlsplit(url).netloc != host] == []
    assert thrown == []


def test_two_sessions_never_see_each_others_text(open_page: Opener) -> None:
    one, two = open_page(), open_page()
    review(one, NORTHGATE)
    review(two, BOARD)
    one.reload()
    box(one).wait_for()
    expect(box(one)).to_have_value("")
    assert "Northgate" not in two.locator("body").inner_text()
    assert "Northgate" not in one.locator("body").inner_text()


def test_a_failing_model_keeps_the_text_and_the_offline_analyst_takes_over(open_page: Opener, shots: Path) -> None:
    page = open_page()
    box(page).fill(REFUSED)
    box(page).press("Control+Enter")
    offline = page.get_by_role("button", name="Review offline instead")
    offline.wait_for()
    expect(box(page)).to_have_value(REFUSED)
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, shots / "failed-desktop-light.png")
    offline.click()
    page.locator("h1#headline").wait_for()
    expect(page.locator("footer")).to_contain_text("offline analyst")


def test_a_note_without_a_deal_is_told_so_and_offered_nothing_else(open_page: Opener, shots: Path) -> None:
    page = review(open_page(), NOBODY)
    expect(page.locator("h1#headline")).to_have_text("Nobody is selling anything here.")
    expect(page.get_by_role("button", name=re.compile("Coach me|Download"))).to_have_count(0)
    expect(page.locator(".board, .questions, .first")).to_have_count(0)
    picture(page, shots / "no-deal-desktop-light.png")


def test_the_whole_way_can_be_walked_with_the_keyboard(open_page: Opener) -> None:
    page = open_page()
    box(page).focus()
    page.keyboard.insert_text(NORTHGATE)
    page.keyboard.press("Control+Enter")
    page.locator("h1#headline").wait_for()
    deepest = (
        "(() => { let at = document.activeElement; while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement; return at; })()"
    )
    assert page.evaluate(f"{deepest}.id") == "headline"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{deepest}.className") == "quote"
    assert page.evaluate(f"getComputedStyle({deepest}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert "mark" in page.evaluate(f"{deepest}.className")
    assert page.evaluate(f"{deepest}.classList.contains('flash')")
    page.keyboard.press("Space")
    assert page.evaluate(f"{deepest}.matches('.tile, .quote')")
    stops = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(f"({deepest}?.innerText || '').trim()"))
        if stops[-1] == "Coach me for stage 2":
            break
    assert "Copy all as text" in stops
    page.keyboard.press("Enter")
    expect(page.locator(".overruled")).to_be_visible()


Setting = tuple[str, dict[str, Any], str]
SETTINGS: list[Setting] = [(f"{name}-{scheme}", dict(size), scheme) for name, size in (("desktop", DESKTOP), ("phone", PHONE)) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("name", "size", "scheme"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_every_face_of_the_page_can_be_read_and_needs_no_sideways_scroll(open_page: Opener, shots: Path, name: str, size: dict[str, Any], scheme: str) -> None:
    faults: dict[str, object] = {}

    def look(page: Page, face: str) -> None:
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(400)  # fading in
        wide, window = widths(page)
        found = [*page.evaluate(AUDIT), *page.evaluate(CONTRAST), *([f"{wide} wide in {window}"] if wide > window else [])]
        if found:
            faults[face] = found
        picture(page, shots / f"{face}-{name}.png")

    page = open_page(size, scheme)
    look(page, "empty")
    review(page, NORTHGATE)
    page.screenshot(path=str(shots / f"before-the-yes-fold-{name}.png"))
    look(page, "before-the-yes")
    page.get_by_role("button", name="Paste another").click()
    expect(box(page)).to_have_value("")
    review(page, BOARD, BOARD_DAY)
    look(page, "after-the-yes")
    assert faults == {}


@pytest.mark.parametrize("width", [400, 768, 1024, 1600])
def test_no_width_from_phone_to_wide_screen_scrolls_sideways(open_page: Opener, width: int) -> None:
    page = review(open_page({"width": width, "height": 900}), BOARD + "\nPriya (COO): " + "verylongword" * 40)
    wide, window = widths(page)
    assert wide <= window


def test_on_a_phone_the_verdict_stands_above_the_note(open_page: Opener) -> None:
    page = review(open_page(PHONE), NORTHGATE)
    verdict, note = page.locator(".verdict").bounding_box(), page.locator(".note").bounding_box()
    assert verdict and note
    assert verdict["y"] + verdict["height"] < note["y"]
    page.locator(".verdict").get_by_role("button", name="find").last.click()
    expect(page.locator(".mark.flash").first).to_be_in_viewport()
    page.get_by_role("button", name="Back to where you were").click()
    expect(page.locator(".verdict")).to_be_in_viewport()
