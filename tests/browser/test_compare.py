"""The Compare page in a real browser, with a model that reads eval cases: stopped, gone on with, read, and kept as a change that git shows."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from coach.evaluation.errand import done_in
from coach.evaluation.versus import comparisons
from coach.settings import load
from tests.browser.dictation import Reader, reading, two_sets
from tests.browser.serving import DESKTOP, PATIENCE, PHONE, Opener, rested, served
from tests.browser.test_evals import ICON, folders
from tests.browser.test_walk import AUDIT, CONTRAST, picture, widths
from tests.evaluation.runs import small_folder


class Place(NamedTuple):
    """An app on a git working folder with 36 cases, and the model that it asks."""

    url: str
    folder: Path
    reader: Reader


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("compare")
    evals = small_folder(folder / "evals", 24, 12)
    (folder / "prices.yaml").write_text("reader: {in: 1.0, out: 4.0}\n")
    git(evals, "init", "-q")
    git(evals, "add", "-A")
    git(evals, "-c", "user.name=n", "-c", "user.email=n@example.com", "commit", "-qm", "cases")
    with reading(evals, wait=0.5) as (model, reader):
        own = {
            "OPENAI_BASE_URL": model,
            "COACH_MODEL": "reader",
            "COACH_PRICES": str(folder / "prices.yaml"),
            "COACH_PROMPTS": str(two_sets(folder / "prompts")),
        }
        with served(folder / "log.txt", folders(folder) | own) as url:
            yield Place(f"{url}/compare", folder, reader)


def test_what_a_change_flips_from_start_to_a_change_that_git_shows(at: Opener, place: Place) -> None:
    page: Page = at(place.url)
    expect(page.locator(".stMain")).to_contain_text("An estimate: 36 cases")
    expect(page.locator(".stMain")).to_contain_text("about $")
    expect(page.get_by_role("button", name="Run both")).to_be_disabled()
    assert place.reader.asked == 0
    page.get_by_text("Send them", exact=True).click()
    page.get_by_role("button", name="Run both").click()
    going = page.locator(".st-key-going")
    expect(going).to_contain_text("Running A, reader, prompts default")
    expect(going).to_contain_text("calls", timeout=4 * PATIENCE)  # what it took so far
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".st-key-over")).to_contain_text("was stopped at", timeout=2 * PATIENCE)

    settings = load().model_copy(update={"runs": place.folder / "runs"})
    (left,) = comparisons(settings)
    kept, asked = done_in(left.folder / "a") + done_in(left.folder / "b"), place.reader.asked
    assert 0 < kept < 72
    assert asked <= kept * 8, "what was asked belongs to cases that are kept"
    place.reader.wait = 0.0
    page.get_by_text("Send the rest").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".word-of-it")).to_be_visible(timeout=4 * PATIENCE)
    assert [done_in(left.folder / letter) for letter in "ab"] == [36, 36], "no case was asked twice"

    expect(page.locator(".word-of-it")).to_have_text("B is worse.")
    expect(page.locator(".decides")).to_contain_text("false yes")
    expect(page.locator(".gate")).to_contain_text("new with B")
    expect(page.locator(".tiles .tile")).to_have_count(36)
    first = page.locator(".turn").first
    expect(first).to_contain_text("false yes")
    expect(first.locator(".quote").first).to_be_visible()
    assert [part.inner_text() for part in first.locator("dt").all()][:3] == ["gold", "A", "B"]
    name = first.locator("b").first.inner_text()
    page.locator(".st-key-open-0 button").click()
    page.locator("h1#headline").wait_for()
    expect(page.locator(".gold h2")).to_have_text(name)
    page.get_by_role("button", name="Back to all cases").click()
    expect(page.locator(".turn b").first).to_have_text(name)

    page.get_by_text("Keep B: write its recordings and baseline").click()
    expect(page.locator(".files")).to_contain_text("baselines/reader.json")
    assert git(place.folder / "evals", "status", "--porcelain") == ""
    page.get_by_role("button", name="Write these files").click()
    expect(page.locator(".st-key-keep-b")).to_contain_text("git -C")
    written = git(place.folder / "evals", "status", "--porcelain")
    assert written.splitlines() == ["?? baselines/", "?? recordings/"]
    shown = page.locator(".st-key-keep-b code").inner_text()
    stat = subprocess.run(shown, shell=True, check=True, capture_output=True, text=True).stdout
    assert "baselines/reader.json" in stat
    assert "files changed" in stat


SETTINGS = [(f"{name}-{scheme}", dict(size), scheme) for name, size in (("desktop", DESKTOP), ("phone", PHONE)) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("name", "size", "scheme"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_the_page_can_be_read_and_needs_no_sideways_scroll(at: Opener, place: Place, shots: Path, name: str, size: Any, scheme: str) -> None:
    page = at(place.url, size, scheme)
    page.locator(".word-of-it").wait_for()  # of the comparison that the test before this one left
    page.get_by_text("New comparison").click()
    rested(page).get_by_text("Send them", exact=True).click()  # Streamlit draws a button that is switched off too faint
    expect(page.get_by_role("button", name="Run both")).to_be_enabled()
    rested(page).wait_for_timeout(400)
    picture(page, shots / f"compare-{name}.png")
    wide, window = widths(page)
    assert page.evaluate(AUDIT) == []
    assert [fault for fault in page.evaluate(CONTRAST) if ICON not in fault] == []
    assert wide <= window
