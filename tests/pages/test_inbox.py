"""Several files at once: limits that code checks, a row for each conversation, an order that is worth reading."""

from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from coach.answering import OFFLINE
from coach.conversation import Side
from coach.pages import session
from coach.pages.inbox import LARGEST_FILE, MOST_FILES, Brought, Inbox, Row, accepted, paid, rows_of, table, work
from coach.pages.sides import doubtful
from coach.readers import name_sides, read
from coach.settings import Settings

PROMPTS = Path(__file__).parents[2] / "prompts"
SETTINGS = Settings(prompts=PROMPTS, key=None, base_url=None, model=None)
TODAY = date(2026, 3, 2)
YES = "Sam (rep): Well?\nPriya (CEO): We are buying it. I decided last night and I sign the contract on Friday.\nPriya (CEO): Nobody above me."
NO = "Call with Dana. Dana said nothing is set aside this year. We have not met Marcus, the CFO. I will send pricing."
CAKE = "The weather was fine and we had cake."


def inbox(*files: tuple[str, str | bytes], model: str = OFFLINE) -> Inbox:
    brought = tuple(Brought(name, data if isinstance(data, bytes) else data.encode()) for name, data in files)
    return Inbox(model, "default", TODAY, brought)


def worked(todo: Inbox, settings: Settings = SETTINGS) -> Inbox:
    return todo._replace(todo=(), rows=tuple(row for rows in work(settings, todo) for row in rows))


def test_a_bad_file_is_a_row_with_its_sentence_and_the_others_go_on() -> None:
    done = worked(inbox(("a.txt", YES), ("b.txt", b"\x00\x01\x02" * 50), ("c.txt", ""), ("d.txt", NO)))
    assert [row.done is not None for row in done.rows] == [True, False, False, True]
    assert "b.txt is a binary file" in done.rows[1].error
    assert "c.txt is empty" in done.rows[2].error


def test_each_conversation_of_a_table_is_a_row() -> None:
    head = "Record ID,Call Title,Call notes,Activity date"
    table = f"{head}\n1,Northgate,Dana said no budget this year.,2026-03-01\n2,Payload,Mia said we are buying it.,2026-03-01\n"
    rows = worked(inbox(("calls.csv", table))).rows
    assert len({row.name for row in rows}) == 2


def test_hidden_files_are_left_alone_and_what_is_over_a_limit_is_named_without_its_bytes_being_taken() -> None:
    def never() -> bytes:
        raise AssertionError("the bytes were taken")

    brought = accepted([("calls/.DS_Store", 1, never), (".git/config", 1, never), ("calls/big.txt", LARGEST_FILE + 1, never), ("a.txt", 3, lambda: b"abc")])
    assert [(file.name, bool(file.refused)) for file in brought] == [("calls/big.txt", True), ("a.txt", False)]
    many = accepted([(f"{at}.txt", 3, (lambda: b"abc") if at < MOST_FILES else never) for at in range(MOST_FILES + 2)])
    assert [file.name for file in many if file.refused] == [f"{MOST_FILES}.txt", f"{MOST_FILES + 1}.txt"]
    rows = worked(Inbox(OFFLINE, "default", TODAY, many[-1:])).rows
    assert f"More than {MOST_FILES} files at once" in rows[0].error


def test_a_name_that_turns_round_is_shown_straight_though_its_file_is_not_read() -> None:
    brought = accepted([("call\u202etxt.exe", LARGEST_FILE + 1, lambda: b"")])
    assert worked(Inbox(OFFLINE, "default", TODAY, brought)).rows[0].name == "call?txt.exe"


def test_the_real_yes_comes_first_or_the_worst_and_what_was_not_reviewed_last() -> None:
    done = worked(inbox(("cake.txt", CAKE), ("no.txt", NO), ("broken.txt", b""), ("yes.txt", YES)))

    def names(sort: str) -> list[object]:
        return [row["name"] for row in table(done, sort)]

    assert names("Real yes first") == ["yes.txt", "no.txt", "cake.txt", "broken.txt"]
    assert names("Worst first") == ["no.txt", "yes.txt", "cake.txt", "broken.txt"]
    assert [row["at"] for row in table(done, "Real yes first")] == [3, 1, 0, 2]


def test_a_row_shows_the_words_that_decide_and_what_to_do_first() -> None:
    drawn = {str(row["name"]): row for row in table(worked(inbox(("yes.txt", YES), ("no.txt", NO), ("cake.txt", CAKE))), "Real yes first")}
    assert drawn["yes.txt"]["tone"] == "stage2"
    assert str(drawn["yes.txt"]["quote"]) in YES
    assert drawn["no.txt"]["tone"] == "stage1"
    assert all(drawn[name]["first"] and drawn[name]["opens"] for name in drawn)
    assert (drawn["cake.txt"]["tone"], drawn["cake.txt"]["quote"]) == ("nothing", "")


def test_where_the_model_fails_the_file_is_kept_for_the_offline_analyst(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_json({"error": {"message": "no", "code": "invalid_api_key"}}, status=401)
    settings = Settings.model_validate(
        {"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": httpserver.url_for("/v1"), "COACH_MODEL": "m", "COACH_PROMPTS": PROMPTS}
    )
    done = worked(inbox(("a.txt", YES), ("b.txt", b""), ("c.txt", NO), model="m"), settings)
    assert [row.name for row in done.failed] == ["a.txt", "c.txt"]
    assert not any("sk-canary" in row.error for row in done.rows)
    again = rows_of(settings, done._replace(model=OFFLINE), done.failed[0].retry or Brought("", b""))
    assert again[0].done is not None


def test_rows_come_in_the_order_of_the_files_though_a_model_is_asked_about_several_at_once(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_json({"error": {"message": "no"}}, status=404)
    settings = Settings.model_validate({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": httpserver.url_for("/v1"), "COACH_MODEL": "m", "COACH_PROMPTS": PROMPTS})
    done = worked(inbox(*((f"{at}.txt", NO) for at in range(9)), model="m"), settings)
    assert [row.name for row in done.rows] == [f"{at}.txt" for at in range(9)]


def test_one_limit_holds_for_all_files_together_and_when_they_are_gone_on_with(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_json({"error": {"message": "no"}}, status=404)
    told = {"OPENAI_BASE_URL": httpserver.url_for("/v1"), "COACH_MODEL": "m", "COACH_PROMPTS": PROMPTS, "COACH_MAX_CALLS": 3}
    settings = Settings.model_validate(told)
    files = tuple(Brought(f"{at}.txt", f"{NO} {at}".encode()) for at in range(6))
    todo = paid(settings, Inbox("m", "default", TODAY, files[:5]))
    done = worked(todo, settings)
    assert len(httpserver.log) == 3
    assert sum("3 calls were made and 3 are allowed" in row.error for row in done.rows) == 2
    on = worked(paid(settings, done._replace(todo=files[5:])), settings)
    assert "3 are allowed" in on.rows[0].error
    assert len(httpserver.log) == 3


# -- sides

STATED = "Ann (rep): hm\nBen (buyer): hm\nAnn (rep): ok\nBen (buyer): ok"
UNKNOWN = (
    "Maria: Does that work for you? We are buying it and I sign the contract on Friday, the budget is approved.\nDana: Good.\nKim: Fine.\n"
    "Maria: It is my call. How does that sound to you?\nDana: Good.\nKim: Right."
)


def test_only_sides_that_the_text_does_not_state_are_asked_for_and_who_says_most_comes_first() -> None:
    assert doubtful(read(STATED)) == []
    people = doubtful(read(UNKNOWN))
    assert {person.name for person in people} == {"Maria", "Dana", "Kim"}
    named = name_sides(read(UNKNOWN), {"Dana": Side.REP})
    assert [person.name for person in doubtful(named)][-1] == "Dana", "what is not known comes first"


def test_a_review_with_named_sides_is_of_the_same_text_day_and_playbook() -> None:
    row = worked(inbox(("who.txt", UNKNOWN))).rows[0]
    assert row.done is not None
    assert row.done.review.verdict.rule == "speaker unknown"
    again = session.with_sides(SETTINGS, row.done, {"Maria": Side.PROSPECT})
    assert again.review.verdict.rule != "speaker unknown"
    assert again.review.source.digest == row.done.review.source.digest
    assert again.review.provenance.today == TODAY
    changed = Inbox(OFFLINE, "default", TODAY, (), (Row("x"), row)).with_row(1, again)
    assert (changed.rows[0], changed.rows[1].done) == (Row("x"), again)


@pytest.mark.parametrize("attack", ["![p](http://203.0.113.9/p.png)", ":red[x]", "<b>b</b>"])
def test_a_name_of_a_file_is_in_no_sentence_but_its_own_row(attack: str) -> None:
    rows = worked(inbox((f"{attack}.txt", b""), ("a.txt", NO))).rows
    assert attack not in rows[1].error
    assert rows[0].name == f"{attack}.txt"
