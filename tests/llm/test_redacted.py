"""The model behind placeholders: nothing that leads to a person is in a request, and the review reads as if there were none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from coach.conversation import Side
from coach.corrected import quotes
from coach.cover import Cover
from coach.errors import AskError
from coach.readers import name_sides, read
from coach.render import markdown
from coach.review import overrule, review
from coach.settings import load
from tests.core.builders import ROOT, playbook
from tests.core.test_cli import coach
from tests.llm.conftest import TODAY, Model, Say, completion

CANARIES = {
    "name": "Zanthippe Quillfeather",
    "first": "Zanthippe",
    "surname": "Quillfeather",
    "other name": "Borislav Krumm",
    "e-mail": "zq.canary@northgate-canary.com",
    "phone": "+44 20 7946 0958",
    "own phone": "(415) 555-2671",
    "card": "4111 1111 1111 1111",
    "account": "DE89 3704 0044 0532 0130 00",
    "key": "sk-canaryabcdefghijklmnop",
}
TALK = f"""Mia (sales): Zanthippe, where are we?
{CANARIES["name"]} (Finance Director, Northgate): I have the budget, and I am signing for it. Call me on {CANARIES["phone"]}.
Mia (sales): And {CANARIES["other name"]}?
{CANARIES["other name"]} (IT): Zanthippe said yes, so I need the papers. Mail {CANARIES["e-mail"]}, ring {CANARIES["own phone"]}.
{CANARIES["name"]}: The card is {CANARIES["card"]}, or take it from {CANARIES["account"]}. QUILLFEATHER signs on Friday.
{CANARIES["other name"]}: And the key for the test is {CANARIES["key"]}, ask zanthippe."""


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """What a model would say of the talk as it is shown: quotes of what stands there, names as they stand there."""
    shown = "\n".join(message["content"] for message in body["messages"])
    who = re.search(r"(\w+) said yes, so I need the papers", shown)
    call = re.search(r"Call me on ([^\n.]+)", shown)
    assert who and call
    name = who[1]
    signs = {"line": 1, "quote": "I am signing for it"}
    replies = {
        "extract": {
            "selling": f"Mia sells to {name}.",
            "sales": True,
            "deals": [],
            "claims": [
                {"line": 1, "quote": "I have the budget", "criterion": "budget", "polarity": "supports", "hope": False},
                {"line": 3, "quote": f"{name} said yes, so I need the papers", "criterion": "authority", "polarity": "supports", "hope": False},
                {"line": 1, "quote": f"Call me on {call[1].strip()}", "criterion": "timeline", "polarity": "supports", "hope": False},
                {"line": 1, "quote": f"{name} never said this", "criterion": "need", "polarity": "supports", "hope": False},
            ],
        },
        "look_again": {"selling": "", "sales": True, "deals": [], "claims": []},
        "judge": {
            "reason": "",
            "refusal": None,
            "opinion": "stage_2",
            "commitments": [
                {**signs, "by": name, "to": "purchase", "level": "verbal", "hope": False, "condition": None, "can_decide": "yes", "authority": signs}
                | {"taken_back": None, "deal": None}
            ],
        },
        "ruthless": {
            "they_get": [{"text": f"{name} gets it before Friday.", "quote": {"line": 4, "quote": "signs on Friday"}}],
            "we_get": [{"text": "The order.", "quote": None}],
            "leave_on_table": [{"text": "The first week at no charge.", "quote": None}],
            "close_by": None,
            "plan": [
                {"id": "papers", "what": f"Send the papers to {name}", "side": "us", "owner": "Mia", "signer": None, "due": "2026-11-25", "after": []}
                | {"quote": {"line": 3, "quote": "I need the papers"}},
                {"id": "sign", "what": "Sign the order", "side": "theirs", "owner": name, "signer": name, "due": None, "after": ["papers"], "quote": None},
            ],
            "contacts": [],
            "first": f"Send the papers to {name} today.",
        },
        "skeptical": {"the_no": {"criterion": "need", "quote": None, "text": f"{name} may be overruled."}, "questions": [], "first": f"Ask {name} who signs."},
    }
    made: dict[str, Any] = completion(replies[body["response_format"]["json_schema"]["name"]]).body
    return made


@pytest.fixture
def asked(model: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    model.says(Say(answer))
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("COACH_REDACT", "on")
    return model


def test_no_canary_gets_out_and_the_review_is_about_the_note_as_it_is(asked: Model) -> None:
    talk = read(TALK, "call with Zanthippe Quillfeather.txt")
    made = review(talk, playbook(), load().ask("m"), TODAY)
    out = json.dumps(asked.bodies, ensure_ascii=False).casefold()
    assert [what for what, canary in CANARIES.items() if canary.casefold() in out] == []
    assert "person1" in out
    assert all(talk.source[quote.start : quote.end] == quote.text for quote in quotes(made))
    shown = {quote.text for quote in quotes(made)}
    assert {"I am signing for it", "Zanthippe said yes, so I need the papers", f"Call me on {CANARIES['phone']}"} <= shown
    assert made.verdict.stage == 2
    assert made.verdict.commitment.by == CANARIES["name"]
    assert made.advice.first == f"Send the papers to {CANARIES['name']} today."
    assert [out.quote for out in made.rejected if "never said" in out.quote] == [f"{CANARIES['name']} never said this"]
    assert not re.search(r"Person\d|\[(?:phone|email|card|iban|key) \d", made.model_dump_json())
    assert (made.source.characters, made.source.name, made.source.turns) == (len(TALK), talk.name, len(talk.turns))
    assert "placeholders for 1 key, 1 e-mail address, 1 account number, 1 card number, 2 phone numbers" in markdown(made, talk)


def test_the_coaching_for_the_other_stage_lets_no_canary_out_either(asked: Model) -> None:
    talk = read(TALK)
    made = review(talk, playbook(), load().ask("m"), TODAY)
    asked.bodies.clear()
    advice = overrule(made, talk, playbook(), load().ask("m"), 1)
    out = json.dumps(asked.bodies, ensure_ascii=False).casefold()
    assert asked.bodies
    assert [what for what, canary in CANARIES.items() if canary.casefold() in out] == []
    assert all(talk.source[quote.start : quote.end] == quote.text for quote in quotes(advice))
    assert not re.search(r"Person\d", advice.model_dump_json())


def test_sides_that_the_rep_names_hold_behind_placeholders(asked: Model) -> None:
    talk = name_sides(read(TALK), {"Borislav Krumm": Side.PROSPECT})
    made = review(talk, playbook(), load().ask("m"), TODAY)
    assert {e.speaker for e in made.evidence} == {CANARIES["name"], CANARIES["other name"]}


def test_the_command_line_hides_and_asks_again_when_told_to(asked: Model, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COACH_REDACT")
    (tmp_path / "zanthippe.txt").write_text(TALK)
    told = ["review", str(tmp_path / "zanthippe.txt"), "--model", "m", "--today", "2026-11-24", "--redact"]
    done = [coach(*told, *more, OPENAI_BASE_URL=asked.url) for more in ([], [], ["--no-cache"])]
    assert {one.returncode for one in done} == {0}
    out = json.dumps(asked.bodies, ensure_ascii=False).casefold()
    assert [what for what, canary in CANARIES.items() if canary.casefold() in out] == []
    said = [one.stdout.decode() for one in done]
    assert [("cache" in one, "Quillfeather" in one) for one in said] == [(False, True), (True, True), (False, True)]


def test_the_page_hides_when_told_to_and_what_the_environment_says_cannot_be_turned_off(asked: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    forced = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    assert (forced.checkbox(key="redact").value, forced.checkbox(key="redact").disabled) == (True, True)
    monkeypatch.delenv("COACH_REDACT")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    assert (app.checkbox(key="redact").value, app.checkbox(key="redact").disabled) == (False, False)
    app.checkbox(key="redact").check()
    app.text_area(key="note").set_value(TALK)
    next(button for button in app.button if button.label == "Review").click()
    app.run()
    assert not app.exception
    out = json.dumps(asked.bodies, ensure_ascii=False).casefold()
    assert asked.bodies
    assert [what for what, canary in CANARIES.items() if canary.casefold() in out] == []


def test_without_the_setting_the_note_is_sent_as_it_is(asked: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COACH_REDACT")
    made = review(read(TALK), playbook(), load().ask("m"), TODAY)
    assert CANARIES["e-mail"] in json.dumps(asked.bodies)
    assert made.provenance.redacted is None


def test_a_failing_model_behind_placeholders_fails_as_any_other(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    model.says(Say({"error": {"message": "no"}}, 401))
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("COACH_REDACT", "on")
    with pytest.raises(AskError):
        review(read(TALK), playbook(), load().ask("m"), TODAY)


PIECES = ["Dana:", "Raj:", "Dana", "Raj", "we will buy.", "call +44 20 7946 0958.", "a@b.com", "\n", "yes", "Person1", "no. Not", "“ok”"]
WORDS = some.sampled_from([*PIECES, "-----BEGIN PRIVATE KEY-----\nabc"])


@given(some.lists(WORDS, min_size=4, max_size=40).map(" ".join), some.data())
@settings(max_examples=150, deadline=None)
def test_turns_and_quotes_keep_their_places_under_pseudonyms(text: str, data: some.DataObject) -> None:
    try:
        talk = read(text)
    except Exception:  # noqa: BLE001 - nothing to read in it
        return
    cover = Cover(talk)
    covered = cover.conversation
    assert len(covered.turns) == len(talk.turns)
    for mine, theirs in zip(talk.turns, covered.turns, strict=True):
        assert cover.redacted.back(theirs.start, theirs.end) == (mine.start, mine.end)
        assert theirs.end > theirs.start
    assert all(a.end <= b.start for a, b in zip(covered.turns, covered.turns[1:], strict=False) if talk.turns[a.index].end <= talk.turns[b.index].start)
