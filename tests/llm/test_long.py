"""A text too long for one request, read in parts by a model on the wire that sees nothing but what it is sent (P11, boundaries).

The model here is honest and short-sighted: it finds decisive words by plain search in the lines that it is shown.
"""

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from coach.answering import REPLIES
from coach.errors import BadReply, PromptTooLong
from coach.llm.asker import Asker, Reach
from coach.llm.scripted import Scripted
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read
from coach.review import Review, review
from tests.llm.conftest import PROMPTS, Model, Say, completion, fault
from tests.llm.test_end_to_end import RUTHLESS, SKEPTICAL, TODAY, assert_every_quote_is_cut_from_the_source

WINDOW = 1_200  # tokens of a text in one request
SMALL_TALK = ("Sam (rep): We went through the screens and the reports again, one by one.", "Priya (CEO): Yes, I saw those, and the colours are fine by me.")
BUDGET = "The money is set aside"
PULLED = "is what I said in spring, and it was pulled"
BUYING = "We are buying it"
SIGNING = "and I sign the contract on Friday"
BACK = "I have to take that back, we are not going ahead"
SHOWN = re.compile(r"^L(?P<line>\d+) (?:\[does not count\] )?(?P<side>\w+) (?P<who>[^:\n]+): (?P<text>.*)$", re.MULTILINE)
LISTED = re.compile(r"^L(?P<line>\d+) on buying, (?P<what>a yes|a no or a delay|a yes taken back): (?P<text>.*)$", re.MULTILINE)


def call(said: dict[int, str], turns: int = 160) -> str:
    """A long call of small talk, with these words of Priya's after so many turns of it."""
    lines = []
    for at in range(turns):
        lines.append(SMALL_TALK[at % 2])
        if at in said:
            lines.extend(f"Priya (CEO): {words}" for words in said[at].split("|"))
    return "\n".join(lines)


class Reader:
    """What the server answers, by task. `seen` is what it was sent, `tasks` in order of arrival."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.most_at_once = self._at_once = 0
        self._lock = threading.Lock()

    @property
    def tasks(self) -> list[str]:
        return [asked["response_format"]["json_schema"]["name"] for asked in self.seen]

    def __call__(self, asked: dict[str, Any]) -> object:
        with self._lock:
            self.seen.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        threading.Event().wait(0.02)
        try:
            task = asked["response_format"]["json_schema"]["name"]
            prompt = asked["messages"][1]["content"]
            text, _, order = prompt.rpartition("\nTask: ")
            lines = [(int(m["line"]), m["text"]) for m in SHOWN.finditer(text) if m["side"] == "prospect"]
            reply = {"extract": self.whole, "part": self.part, "look": self.look, "judge": self.judge}.get(task)
            return completion(reply(lines, order) if reply else RUTHLESS if task == "ruthless" else SKEPTICAL).body
        finally:
            with self._lock:
                self._at_once -= 1

    def part(self, lines: list[tuple[int, str]], order: str) -> dict[str, Any]:
        claims, moments = [], []
        for at, (line, text) in enumerate(lines):
            follows = lines[at + 1][1] if at + 1 < len(lines) else ""
            if text.startswith(BUDGET):
                claims.append(_claim(line, BUDGET, "budget", "undermines" if PULLED in follows or PULLED in text else "supports"))
            if PULLED in text and text.startswith(PULLED):
                claims.append(_claim(line, PULLED, "budget", "undermines"))
            if text.startswith(BUYING) and (SIGNING in follows or SIGNING in text):  # half of it is no decision to this model
                moments.append({"line": line, "quote": BUYING, "what": "yes"})
            if BACK in text:
                moments.append({"line": line, "quote": BACK, "what": "back"})
        return {"selling": "A phone service.", "sales": True, "deals": [], "claims": claims, "moments": moments}

    def whole(self, lines: list[tuple[int, str]], order: str) -> dict[str, Any]:
        return {key: value for key, value in self.part(lines, order).items() if key != "moments"}

    def look(self, lines: list[tuple[int, str]], order: str) -> dict[str, Any]:
        rival = "my cousin would do it for less"
        found = [_claim(line, rival, "competition", "undermines") for line, text in lines if rival in text]
        return {"claims": found if "competition" in order.split("\n")[2] else []}

    def judge(self, lines: list[tuple[int, str]], order: str) -> dict[str, Any]:
        listed = [(int(m["line"]), m["what"], m["text"]) for m in LISTED.finditer(order)] or self._at_the_end(lines)
        yes = [(line, text) for line, what, text in listed if what == "a yes"]
        made = [
            {
                **{"line": line, "quote": text, "by": "Priya", "to": "purchase", "level": "verbal", "hope": False, "condition": None, "can_decide": "yes"},
                **{"authority": {"line": line + 1, "quote": SIGNING}, "taken_back": None, "deal": None},
            }
            for line, text in yes
        ]
        return {"reason": "as listed", "commitments": made, "refusal": None, "opinion": "stage_2" if made else "stage_1"}

    def _at_the_end(self, lines: list[tuple[int, str]]) -> list[tuple[int, str, str]]:
        return [(line, "a yes", BUYING) for line, text in lines if text.startswith(BUYING)]


def _claim(line: int, quote: str, criterion: str, polarity: str) -> dict[str, Any]:
    return {"line": line, "quote": quote, "criterion": criterion, "polarity": polarity, "hope": False}


def strict(model: Model, reader: Callable[[dict[str, Any]], object], window: int = WINDOW) -> Asker:
    model.says(Say(reader))
    return Asker(model.chat(), PromptSet(PROMPTS), REPLIES, Reach(window=window))


@pytest.fixture
def reader(model: Model) -> Reader:
    return Reader()


def reviewed(text: str, model: Model, reader: Reader, playbook: Playbook) -> Review:
    conversation = read(text)
    done = review(conversation, playbook, strict(model, reader), TODAY)
    assert_every_quote_is_cut_from_the_source(done, conversation)
    return done


def status(done: Review, id: str) -> str:
    return next(standing.status for standing in done.criteria if standing.id == id)


# -- the whole of it


def test_a_long_call_is_read_in_parts_judged_once_and_read_to_the_end(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({60: f"{BUYING}|{SIGNING}", 100: BUDGET}), model, reader, playbook)
    assert done.source.parts > 3
    assert done.source.read == 1.0
    assert done.source.unread == ""
    assert reader.tasks.count("part") == reader.tasks.count("look") == done.source.parts
    assert reader.tasks.count("judge") == 1
    assert set(reader.tasks[reader.tasks.index("judge") + 1 :]) == {"ruthless"}
    assert (done.verdict.stage, done.verdict.rule) == (2, "yes")
    assert status(done, "budget") == "met"


def test_every_line_is_shown_to_the_model(model: Model, reader: Reader, playbook: Playbook) -> None:
    text = call({})
    reviewed(text, model, reader, playbook)
    shown = {int(m["line"]) for asked in reader.seen for m in SHOWN.finditer(asked["messages"][1]["content"])}
    assert shown == set(range(len(read(text).turns)))


def test_the_parts_are_asked_for_side_by_side_and_put_together_in_order(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({at: f"{BUDGET}, number {at}" for at in range(0, 160, 14)}), model, reader, playbook)
    assert 1 < reader.most_at_once <= 4
    places = [item.quote.place for item in done.evidence]
    assert places == sorted(places)
    assert len(places) == len(range(0, 160, 14))


def test_the_requests_on_one_part_begin_with_the_same_bytes(model: Model, reader: Reader, playbook: Playbook) -> None:
    reviewed(call({60: f"{BUYING}|{SIGNING}"}), model, reader, playbook)
    by_part: dict[str, set[str]] = {}
    for asked in reader.seen:
        system, user = (message["content"] for message in asked["messages"][:2])
        opening, _, _ = user.partition("\nTask: ")
        name = re.search(r"this is ([^:]+) of it", opening)
        assert name
        by_part.setdefault(name[1], set()).add(system + opening)
    assert all(len(openings) == 1 for openings in by_part.values())
    assert len({opening.partition("What follows")[0] for openings in by_part.values() for opening in openings}) == 1


# -- borders


@pytest.mark.parametrize("at", range(38, 58))
def test_a_decision_in_two_lines_is_found_wherever_a_window_ends(model: Model, reader: Reader, playbook: Playbook, at: int) -> None:
    done = reviewed(call({at: f"{BUYING}|{SIGNING}"}), model, reader, playbook)
    assert (done.verdict.stage, done.verdict.rule) == (2, "yes")


@pytest.mark.parametrize("at", range(38, 58))
def test_words_that_the_next_line_takes_back_are_never_taken_for_good(model: Model, reader: Reader, playbook: Playbook, at: int) -> None:
    done = reviewed(call({at: f"{BUDGET}|{PULLED}"}), model, reader, playbook)
    assert status(done, "budget") == "at_risk"
    assert all(item.polarity == "undermines" for item in done.evidence if item.criterion == "budget")


def test_a_yes_that_is_taken_back_in_the_last_part_is_none(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({20: f"{BUYING}|{SIGNING}", 159: BACK}), model, reader, playbook)
    assert done.verdict.stage == 1
    assert done.verdict.against is not None
    assert done.verdict.against.text == BACK


def test_a_yes_after_a_no_counts(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({20: BACK, 120: f"{BUYING}|{SIGNING}"}), model, reader, playbook)
    assert done.verdict.stage == 2


def test_the_later_word_stands_last_whichever_part_found_it(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({20: BUDGET, 140: PULLED}), model, reader, playbook)
    assert [item.polarity for item in done.evidence if item.criterion == "budget"] == ["supports", "undermines"]
    assert status(done, "budget") == "at_risk"


# -- the second look


def test_the_second_look_finds_what_was_said_in_passing(model: Model, reader: Reader, playbook: Playbook) -> None:
    done = reviewed(call({80: "By the way, my cousin would do it for less"}), model, reader, playbook)
    assert status(done, "competition") == "at_risk"


def test_the_second_look_asks_only_for_what_is_missing_or_could_be_taken_back(model: Model, reader: Reader, playbook: Playbook) -> None:
    reviewed(call({80: BUDGET}), model, reader, playbook)
    looks = [asked["messages"][1]["content"].rpartition("\nTask: look")[2] for asked in reader.seen if "\nTask: look" in asked["messages"][1]["content"]]
    assert all("Nothing was found so far on: need, authority" in look for look in looks)
    assert not any("budget" in look.split("\n")[2] for look in looks)
    told = [look for look in looks if f"budget: {BUDGET}" in look]
    assert 0 < len(told) < len(looks), "parts that end before the words are not asked to take them back"


def test_what_a_second_look_offers_beyond_what_was_asked_counts_for_nothing(model: Model, reader: Reader, playbook: Playbook) -> None:
    reader.look = lambda lines, order: {"claims": [_claim(line, text[:20], "budget", "supports") for line, text in lines[:1]]}  # type: ignore[method-assign]
    done = reviewed(call({80: f"{BUDGET}|{PULLED}"}), model, reader, playbook)
    assert all(item.polarity == "undermines" for item in done.evidence if item.criterion == "budget")


def test_a_short_note_is_looked_at_once(model: Model, reader: Reader, playbook: Playbook) -> None:
    reviewed(call({}, turns=10), model, reader, playbook)
    assert reader.tasks[:2] == ["extract", "judge"]
    assert "look" not in reader.tasks


# -- the bill


def test_no_more_is_asked_than_was_planned_however_bad_the_model(playbook: Playbook) -> None:
    conversation = read(call({}))
    chat = Scripted([text for _ in range(200) for text in ("{", json.dumps({"selling": "", "sales": True, "deals": [], "claims": [], "moments": []}))])
    with pytest.raises(BadReply):
        review(conversation, playbook, Asker(chat, PromptSet(PROMPTS), REPLIES, Reach(window=WINDOW)), TODAY)
    assert len(chat.sent) == 4 * 2 + 1, "four second tries in all, and the fifth bad reply ends it"


def test_replies_that_are_bad_side_by_side_share_the_same_few_second_tries(model: Model, playbook: Playbook) -> None:
    asked: list[str] = []

    def bad(request: dict[str, Any]) -> object:
        asked.append(request["response_format"]["json_schema"]["name"])
        return completion("{").body

    with pytest.raises(BadReply):
        review(read(call({}, turns=400)), playbook, strict(model, bad), TODAY)
    assert len(asked) <= 4 * 2 + 4, "what was under way when the first failed"


def test_a_failing_part_ends_the_review_and_nothing_is_passed_off_as_read(model: Model, playbook: Playbook) -> None:
    model.says(fault(400, "context_length_exceeded", "too long"))
    with pytest.raises(PromptTooLong):
        review(read(call({}, turns=400)), playbook, Asker(model.chat(), PromptSet(PROMPTS), REPLIES, Reach(window=WINDOW)), TODAY)
    assert len(model.bodies) <= 4


def test_what_would_be_too_much_is_refused_without_a_single_request(model: Model, playbook: Playbook) -> None:
    model.says(completion("{"))
    for text in ("Dana said that they lose two orders a week. " * 25_000, "\n".join(f"Ann{at} Lee{at}: hm\nAnn{at} Lee{at}: ok" for at in range(10_000))):
        with pytest.raises(PromptTooLong, match="Split it by call"):
            review(read(text), playbook, model.asker(), TODAY)
    assert model.bodies == []


def test_a_megabyte_on_one_line_that_fits_is_cut_into_pieces_and_bounded(model: Model, reader: Reader, playbook: Playbook) -> None:
    text = "Sam (rep): Well?\nPriya (CEO): " + "We looked at the screens again and they were fine. " * 500 + "\nSam (rep): And?\nPriya (CEO): Nothing."
    done = reviewed(text, model, reader, playbook)
    assert done.source.parts > 3
    assert max(len(asked["messages"][1]["content"]) for asked in reader.seen) < WINDOW * 4 + 3_000
