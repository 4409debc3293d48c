"""The review page without a browser: what it shows before a review and when something goes wrong."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")
NOTE = "Call with Dana. Dana said nothing is set aside this year. We have not met Marcus, the CFO. I will send pricing."
LIVE = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COACH_MODEL", "COACH_TIMEOUT", "COACH_PROMPTS", "COACH_PROMPT_SET")


@pytest.fixture(autouse=True)
def _no_model_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIVE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    """A model whose server refuses the key."""
    httpserver.expect_request("/v1/chat/completions").respond_with_json({"error": {"message": "no", "code": "invalid_api_key"}}, status=401)
    monkeypatch.setenv("COACH_MODEL", "some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", httpserver.url_for("/v1"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")


def opened() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def words(app: AppTest) -> str:
    """All that the page says outside the sheet, which is drawn in the browser."""
    return "\n".join(str(item.value) for kind in (app.title, app.text, app.caption, app.error, app.markdown) for item in kind)


def reviewed(app: AppTest) -> bool:
    return any(button.label == "Paste another" for button in app.button)


def test_the_empty_page_says_what_it_does_and_that_nothing_leaves_the_machine() -> None:
    app = opened()
    assert len(app.title) == 1
    assert "sales call" in words(app)
    assert "Nothing leaves this machine" in words(app)
    assert app.text_area(key="note").value == ""


def test_the_empty_page_says_that_the_offline_analyst_is_no_language_model_and_how_to_add_one() -> None:
    said = words(opened())
    assert "not a language model" in said
    assert all(name in said for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COACH_MODEL"))


def test_three_examples_are_one_click_away_and_fill_the_box() -> None:
    app = opened()
    examples = [button for button in app.button if str(button.key).startswith("example-")]
    assert len(examples) >= 3
    for button in examples:
        button.click()
        app.run()
        assert len(app.text_area(key="note").value or "") > 200


def test_an_example_can_be_reviewed_and_put_away_again() -> None:
    app = opened()
    next(button for button in app.button if button.key == "example-0").click()
    app.run()
    press(app, "Review")
    assert reviewed(app)
    press(app, "Paste another")
    assert app.text_area(key="note").value == ""


def test_a_reviewed_note_can_be_edited_and_is_still_there() -> None:
    app = opened()
    app.text_area(key="note").set_value(NOTE)
    press(app, "Review")
    press(app, "Edit this note")
    assert app.text_area(key="note").value == NOTE


@pytest.mark.parametrize("text", ["", "   \n\t\n"])
def test_an_empty_box_is_answered_with_what_to_do(text: str) -> None:
    app = opened()
    app.text_area(key="note").set_value(text)
    press(app, "Review")
    assert not reviewed(app)
    assert "Paste the notes or the transcript of a call." in words(app)
    assert not [button for button in app.button if button.label == "Review offline instead"]


@pytest.mark.usefixtures("refused")
def test_a_failing_model_keeps_the_text_and_offers_the_offline_review() -> None:
    app = opened()
    app.text_area(key="note").set_value(NOTE)
    press(app, "Review")
    assert not app.exception
    assert not reviewed(app)
    assert "OPENAI_API_KEY" in words(app)
    assert "sk-canary" not in words(app)
    assert app.text_area(key="note").value == NOTE
    press(app, "Review offline instead")
    assert reviewed(app)


@pytest.mark.usefixtures("refused")
def test_what_leaves_the_machine_follows_the_chosen_model() -> None:
    app = opened()
    assert "some-model" in words(app)
    app.selectbox(key="model").set_value("offline analyst").run()
    assert "Nothing leaves this machine" in words(app)


def test_a_model_that_is_not_set_up_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "some-model")
    app = opened()
    app.text_area(key="note").set_value(NOTE)
    press(app, "Review")
    assert "OPENAI_API_KEY" in words(app)
    assert app.text_area(key="note").value == NOTE


def test_a_broken_setting_is_said_plainly_instead_of_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_TIMEOUT", "soon")
    assert "COACH_TIMEOUT" in words(opened())


def test_note_text_reaches_no_label_and_no_markdown() -> None:
    app = opened()
    attack = f"{NOTE} ![pic](http://203.0.113.9/p.png) :red[CANARY] <b>CANARY</b>"
    app.text_area(key="note").set_value(attack)
    press(app, "Review")
    assert reviewed(app)
    assert "CANARY" not in words(app)
    assert "CANARY" not in "".join(button.label for button in app.button)


def test_two_sessions_hold_their_own_notes() -> None:
    one, two = opened(), opened()
    one.text_area(key="note").set_value(NOTE)
    press(one, "Review")
    two.run()
    assert reviewed(one)
    assert not reviewed(two)
    assert two.text_area(key="note").value == ""


# -- files

YES = "Sam (rep): Well?\nPriya (CEO): We are buying it. I decided last night and I sign the contract on Friday.\nPriya (CEO): Nobody above me."


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.file_uploader(key="files").set_value([(name, data, "text/plain") for name, data in files])
    return press(app, "Review the files")


def test_no_files_are_answered_with_what_to_do() -> None:
    app = press(opened(), "Review the files")
    assert not app.exception
    assert "Drop some into the place" in words(app)


def test_files_are_reviewed_into_a_table_and_a_half_typed_note_is_kept() -> None:
    app = opened()
    app.text_area(key="note").set_value("half a note")
    bring(app, ("a.txt", YES.encode()), ("b.txt", b"\x00\x01\x02" * 50), ("c.txt", NOTE.encode()))
    assert not app.exception
    assert app.title[0].value == "1 real yes in 2 calls"
    press(app, "Bring others")
    assert app.text_area(key="note").value == "half a note"
    press(app, "Back to the table")
    assert app.title[0].value == "1 real yes in 2 calls"


@pytest.mark.usefixtures("refused")
def test_files_on_which_the_model_failed_can_be_reviewed_offline() -> None:
    app = bring(opened(), ("a.txt", YES.encode()), ("b.txt", b""))
    assert app.title[0].value == "0 real yes in 0 calls"
    press(app, "Review those offline")
    assert app.title[0].value == "1 real yes in 1 call"


def test_limits_are_stated_before_anything_is_brought() -> None:
    assert "Up to 200 files, 10 MB each" in words(opened())


def test_names_of_files_reach_no_label_and_no_markdown() -> None:
    app = bring(opened(), ("![CANARY](http://203.0.113.9/p.png).txt", NOTE.encode()), (":red[CANARY].txt", b""))
    assert not app.exception
    assert "CANARY" not in words(app)
    assert "CANARY" not in "".join(button.label for button in app.button)
