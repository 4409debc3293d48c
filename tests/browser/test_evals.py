"""The Evals page in a real browser, on an eval folder and runs of its own: walked through, run in the background, read in every setting."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from coach.evaluation.bench import bless_run, run_suite, set_up
from coach.evaluation.chosen import Chosen, planned
from coach.evaluation.results import Run, RunFolder, read_run
from coach.settings import load
from tests.browser.serving import DESKTOP, PATIENCE, PHONE, Opener, clean, rested, served
from tests.browser.test_walk import AUDIT, CONTRAST, picture, widths
from tests.evaluation.runs import small_folder

PAYLOAD = "<img src=x onerror=alert(1)> ![p](http://203.0.113.9/p.png) [l](http://203.0.113.9)"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty-six cases, their baseline, and a later run in which some answers differ and titles are hostile."""
    folder = tmp_path_factory.mktemp("evals-page")
    settings = load().model_copy(update={"evals": small_folder(folder / "evals", 24, 12), "runs": folder / "runs"})
    bench = set_up(settings)
    first = folder / "runs" / "20260301-090000-offline"
    run = run_suite(bench, planned(bench, Chosen(), first), first, lambda _done, _of: True)
    assert run is not None
    bless_run(bench, first)
    _later(run, first, folder / "runs" / "20260302-090000-offline")
    return folder


def _later(run: Run, first: Path, folder: Path) -> None:
    shutil.copytree(first, folder)
    results = []
    for at, one in enumerate(run.results):
        data = one.model_dump()
        if at % 4 == 1 and one.answer:
            label = 2 if one.answer.label != 2 else 1
            right = float(label in one.about.accept)
            hits = {"stage": right, "false_yes": float(label == 2), "missed_yes": 1 - right, "abstained": 0.0}
            data["answer"] |= {"label": label, "quote": PAYLOAD}
            data["about"]["title"] = PAYLOAD
            data["scores"] = [
                {**s, "hits": hits.get(s["metric"], s["hits"]), "why": (PAYLOAD,) if s["metric"] == "stage" else s["why"]} for s in data["scores"]
            ]
        results.append(type(one).model_validate(data))
    at_folder, started = RunFolder(folder), "2099-01-01T00:00:00+00:00"
    at_folder.begin(at_folder.head().model_copy(update={"started": started}))
    fields = {name: getattr(run, name) for name in Run.model_fields}
    at_folder.finish(Run.model_construct(**{**fields, "results": tuple(results), "started": started}))


def folders(folder: Path) -> dict[str, str]:
    """An environment of an app that looks at this folder."""
    return clean(COACH_EVALS=str(folder / "evals"), COACH_RUNS=str(folder / "runs"))


@pytest.fixture(scope="module")
def url(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("log") / "log.txt", folders(here)) as address:
        yield f"{address}/evals"


def new_run(page: Page) -> Page:
    page.locator(".st-key-new button").click()
    page.locator(".st-key-start button").wait_for()
    return page


def test_a_flip_leads_to_its_note_with_the_review_beside_it_and_back(at: Opener, url: str) -> None:
    page = at(url)
    expect(page.locator(".gate")).to_contain_text("the gate")
    name = page.locator(".turn b").first.inner_text()
    page.locator(".st-key-open-0 button").click()
    page.locator("h1#headline").wait_for()
    expect(page.locator(".gold h2")).to_have_text(name)
    expect(page.locator(".note .text")).to_be_visible()
    page.get_by_role("button", name="Back to all cases").click()
    expect(page.locator(".turn b").first).to_have_text(name)


def test_markup_in_a_run_is_drawn_as_text_and_asks_nobody_for_anything(url: str, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    thrown: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("dialog", lambda dialog: thrown.append(dialog.message))
    page.goto(url)
    page.locator(".turn").first.wait_for()
    rested(page)
    assert PAYLOAD in page.locator(".stMain").inner_text()
    assert page.locator(".stHtml").locator("img, a, script, iframe, [src], [href], [onerror]").count() == 0
    host = urlsplit(url).netloc
    assert [one for one in asked if urlsplit(one).scheme not in ("blob", "data") and urlsplit(one).netloc != host] == []
    assert thrown == []
    page.close()


def test_a_run_that_was_stopped_goes_on_from_its_folder(at: Opener, here: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run-here"
    shutil.copytree(here / "evals", folder / "evals")
    bench = set_up(load().model_copy(update={"evals": folder / "evals", "runs": folder / "runs"}))
    cut = folder / "runs" / "20260302-120000-offline"
    assert run_suite(bench, planned(bench, Chosen(), cut), cut, lambda done, _of: done < 5) is None
    assert not RunFolder(cut).whole
    with served(tmp_path / "log.txt", folders(folder)) as address:
        page = new_run(at(f"{address}/evals"))
        expect(page.locator(".st-key-cut-off-0")).to_contain_text("was cut off after")
        page.locator(".st-key-resume-0 button").click()
        expect(page.locator(".st-key-over")).to_contain_text(f"is done: {len(bench.cases)} cases", timeout=3 * PATIENCE)
        expect(page.locator(".gate")).to_be_visible()
    assert len(read_run(cut).results) == len(bench.cases)


SETTINGS = [(f"{name}-{scheme}", dict(size), scheme) for name, size in (("desktop", DESKTOP), ("phone", PHONE)) for scheme in ("light", "dark")]
ICON = "chevron_"  # of the pager's arrows: switched off at either end, and drawn so by Streamlit


@pytest.mark.parametrize(("name", "size", "scheme"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_every_face_of_the_page_can_be_read_and_needs_no_sideways_scroll(at: Opener, url: str, shots: Path, name: str, size: Any, scheme: str) -> None:
    faults: dict[str, object] = {}

    def look(page: Page, face: str) -> None:
        rested(page).wait_for_timeout(400)
        wide, window = widths(page)
        found = [
            *page.evaluate(AUDIT),
            *(fault for fault in page.evaluate(CONTRAST) if ICON not in fault),
            *([f"{wide} wide in {window}"] if wide > window else []),
        ]
        if found:
            faults[face] = found
        picture(page, shots / f"{face}-{name}.png")

    page = at(url, size, scheme)
    page.locator(".turn").first.wait_for()
    look(page, "evals")
    page.locator(".st-key-open-0 button").click()
    page.locator("h1#headline").wait_for()
    look(page, "evals-case")
    assert faults == {}
