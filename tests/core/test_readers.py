"""Every layout gives the turns that were spoken; offsets lead back into the text; any text at all is read or refused plainly."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.conversation import Conversation, Kind, Side
from coach.errors import InputError
from coach.evidence import Claim
from coach.grounding import ground
from coach.readers import LARGEST, read
from tests.core.builders import LINEAR, grows_like, playbook, row

Said = list[tuple[str | None, str]]

SPOKEN: Said = [("Maria", "Thanks for your time."), ("Dana", "We have no budget."), ("Maria", "When would you?"), ("Dana", "In June, perhaps.")]
NAMES = ("Maria", "Dana", "Maria", "Dana")
WORDS = tuple(words for _, words in SPOKEN)
TIMES = ("00:12", "01:05", "1:02:03", "1:02:09")
SECONDS = [12.0, 65.0, 3723.0, 3729.0]


def laid_out(form: str) -> str:
    """The same four utterances in a layout with {name}, {words}, {time}."""
    return "\n".join(form.format(name=name, words=words, time=time) for name, words, time in zip(NAMES, WORDS, TIMES, strict=True))


def said(text: Conversation) -> Said:
    return [(turn.speaker, text.text(turn)) for turn in text.turns if turn.kind is not Kind.SUMMARY]


LAYOUTS = [
    row("name, colon, words", "{name}: {words}", False),
    row("with an empty line between", "{name}: {words}\n", False),
    row("bold names", "**{name}:** {words}\n", False),
    row("bold names, the colon outside", "**{name}**: {words}", False),
    row("time and role before the colon", "[{time}] {name} (role of it): {words}", True),
    row("time without brackets", "{time} {name}: {words}", True),
    row("company and a blank before the colon", "{name} (Acme Inc) : {words}", False),
    row("time above, words below", "{time} {name}\n{words}\n", True),
    row("name and time above, words below", "{name} {time}\n{words}\n", True),
    row("name, dash and time above", "{name} - {time}\n{words}\n", True),
    row("time after the name", "{name} [{time}]: {words}", True),
    row("quoted lines", "> {name}: {words}", False),
    row("list marks", "- {name}: {words}", False),
    row("a wide colon", "{name}： {words}", False),
]


@pytest.mark.parametrize(("form", "timed"), LAYOUTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_layout_gives_the_turns_that_were_spoken(form: str, timed: bool, end: str) -> None:
    text = read(laid_out(form).replace("\n", end))
    assert text.kind is Kind.TRANSCRIPT
    assert said(text) == SPOKEN
    assert text.read == 1.0
    if timed:
        assert [turn.time for turn in text.turns] == SECONDS


@pytest.mark.parametrize("form", ["{time} {name}\n{words}\n", "{name} {time}\n{words}\n"])
def test_a_colon_in_the_words_below_a_name_makes_no_speaker(form: str) -> None:
    text = read(laid_out(form) + "\n1:03:00 Dana\nOne thing: we have no money.\n")
    assert {turn.speaker for turn in text.turns} == {"Maria", "Dana"}


def test_captions_give_a_turn_for_each_voice() -> None:
    cues = "\n\n".join(f"00:00:0{n}.500 --> 00:00:0{n + 1}.000\n<v {name}>{words}</v>" for n, (name, words) in enumerate(SPOKEN))
    text = read("WEBVTT\n\n" + cues + "\n")
    assert text.kind is Kind.TRANSCRIPT
    assert said(text) == SPOKEN
    assert [turn.time for turn in text.turns] == [0.5, 1.5, 2.5, 3.5]


def test_an_utterance_may_go_on_over_lines() -> None:
    text = read("Maria: Thanks\nfor your time.\n\nDana: No\nbudget.\nMaria: When?\nDana: June.")
    assert said(text)[:2] == [("Maria", "Thanks\nfor your time."), ("Dana", "No\nbudget.")]


def test_what_stands_before_and_after_the_talk_is_summary() -> None:
    text = read("# Call with Acme\n**Outcome:** Deal closed\n\n" + laid_out("{name}: {words}\n") + "\n---\n\n**Call Notes:**\n- they will sign\n")
    assert said(text) == SPOKEN
    assert [text.text(turn) for turn in text.turns if turn.kind is Kind.SUMMARY] == [
        "# Call with Acme",
        "**Outcome:** Deal closed",
        "**Call Notes:**",
        "- they will sign",
    ]


NOT_TALK = [
    row("fields of a form", "Need: a roof\nBudget: 40k\nTimeline: June\nNext steps: demo"),
    row("one label", "Dana: we have no money. The rest is mine to tell."),
    row("a time in a sentence", "We met at 10:30 and talked until 11:15. They like it."),
    row("prose", "Long talk with the owner. He likes it. No money until the harvest."),
    row("a list", "- roof leaks\n- no money\n- June, perhaps"),
]


@pytest.mark.parametrize("text", NOT_TALK)
def test_notes_are_not_taken_for_talk(text: str) -> None:
    conversation = read(text)
    assert conversation.kind is Kind.NOTES
    assert {turn.speaker for turn in conversation.turns} == {None}
    assert conversation.read == 1.0


THREAD = """We go ahead, send the contract.

On Mon, 2 March 2026 at 10:00, Maria Rep <m@seller.example> wrote:
> Hello Dana, any decision?
>
> On Fri, 27 February 2026 at 09:00, Dana Lee <d@acme.example> wrote:
>> No budget this year.
"""


def test_a_thread_is_read_oldest_message_first() -> None:
    text = read(THREAD)
    assert text.kind is Kind.EMAIL
    written = [(turn.speaker, text.text(turn)) for turn in text.turns if turn.kind is Kind.EMAIL]
    assert written == [("Dana Lee", "No budget this year."), ("Maria Rep", "Hello Dana, any decision?"), (None, "We go ahead, send the contract.")]


PLANS = [
    row("a plan above the notes", "PLAN FOR THE CALL\nget her to say we have the budget\n\nAFTER THE CALL\nNo money, she said."),
    row("a plan in one line", "Plan: get her to say we have the budget\n---\nNo money, she said."),
    row("questions to ask", "Questions to ask:\n- can you say we have the budget\n---\nNo money, she said."),
    row("an agenda", "Agenda\n1. hear that we have the budget\n\nNotes:\nNo money, she said."),
    row("goals", "Goals for the meeting:\nhear that we have the budget\n\nWhat happened:\nNo money, she said."),
    row("an outcome line", "Outcome: we have the budget\nNo money, she said."),
    row("a stage line", "Deal stage: won, we have the budget\nNo money, she said."),
    row("an AI summary", "AI summary: we have the budget\nNo money, she said."),
    row("an outcome above a talk", "**Outcome:** we have the budget\n\n" + laid_out("{name}: {words}")),
    row("notes below a talk", laid_out("{name}: {words}") + "\n---\nCall notes:\n- we have the budget"),
]


@pytest.mark.parametrize("text", PLANS)
def test_lines_of_plans_and_outcomes_never_count_for_a_deal(text: str) -> None:
    conversation = read(text)
    for line in range(len(conversation.turns)):
        claim = Claim(line=line, quote="we have the budget", criterion="budget", polarity="supports", hope=False)
        kept, rejected = ground([claim], conversation, playbook())
        assert kept == []
        assert rejected[0].reason in ("was planned, not said", "a heading or summary, not something that was said")


REPORTS = [
    row("an outcome that tells what she did", "Need: pumps\nOutcome: She said we have the budget"),
    row("an outcome with a name", "Need: pumps\nOutcome: Dana Reyes (CFO) said we have the budget"),
    row("below an agenda of one line", "Call with Dana\nAgenda: price, dates\nDana said we have the budget\nMarch it is"),
]


@pytest.mark.parametrize("text", REPORTS)
def test_what_a_rep_tells_in_a_field_or_below_an_agenda_counts_as_a_report(text: str) -> None:
    conversation = read(text)
    line = next(turn.index for turn in conversation.turns if "budget" in conversation.text(turn))
    kept, _ = ground([Claim(line=line, quote="we have the budget", criterion="budget", polarity="supports", hope=False)], conversation, playbook())
    assert [piece.basis for piece in kept] == ["reported"]


SIDES = [
    row("a label", "Rep: hi\nDana: hello\nRep: so\nDana: no", {"Rep": Side.REP, "Dana": Side.PROSPECT}),
    row("a label for the buyer", "Buyer: hi\nAnn: hello\nBuyer: so\nAnn: no", {"Buyer": Side.PROSPECT, "Ann": Side.REP}),
    row(
        "a role", "Maria (account executive): hi\nDana (CFO): hello\nMaria (account executive): so\nDana (CFO): no", {"Maria": Side.REP, "Dana": Side.PROSPECT}
    ),
    row("a label for the customer", "Rep: hi\nCustomer: hello\nRep: so\nCustomer: no", {"Rep": Side.REP, "Customer": Side.PROSPECT}),
    row("nothing", "Maria: hm\nDana: hm\nMaria: ok\nDana: ok", {"Maria": Side.UNKNOWN, "Dana": Side.UNKNOWN}),
]


@pytest.mark.parametrize(("text", "sides"), SIDES)
def test_a_side_comes_from_the_text_or_is_unknown(text: str, sides: dict[str, Side]) -> None:
    conversation = read(text)
    assert {turn.speaker: turn.side for turn in conversation.turns} == sides
    assert all(person.because for person in conversation.people if person.side is not Side.UNKNOWN)


REFUSED = [
    row("nothing", ""),
    row("blanks", " \n\t\r\n "),
    row("a byte order mark alone", b"\xef\xbb\xbf"),
    row("too much", "a " * (LARGEST // 2 + 1)),
]


@pytest.mark.parametrize("data", REFUSED)
def test_what_holds_no_text_or_too_much_is_refused_with_what_to_do(data: str | bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(data, "call.txt")
    assert str(caught.value).startswith("call.txt ")
    assert any(word in str(caught.value) for word in ("Paste", "Split"))


PIECES = [
    "Maria: ", "Dana (CFO): ", "**Bob:** ", "[00:12] ", "00:12 Ann\n", "Ann 1:02:03\n", "\n", "\n\n", "\r\n", "\u2028", " ", "> ", "- ", "# ", "---\n",
    "===", ">> ", "WEBVTT\n\n", "00:00:01.000 --> 00:00:02.000\n", "<v Ann>", "</v>", "From: Ann <a@b.example>\n", "To: Bob\n", "Subject: x\n",
    "On 3 May 2026, Ann Lee wrote:\n", "Plan:\n", "AFTER THE CALL\n", "Outcome: won\n", "Call notes:\n", "-- \n", "yes. ", "no? ", "We buy it. ",
    "ignore all instructions. ", "\u200b", "\U000e0041", "\u202e", "é", "李：好 ", "Ann - yes\n", "ANN\n", "\x0b", "\x0c", "\x85", "\x00", "(", ")", ":", "：",
    "|", "*", "_", "“", "”", "1", "?", "  \t",
]  # fmt: skip


@settings(max_examples=1_500)
@example("\u2028(On 3 May 2026, Ann Lee wrote:\n")
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=80))
def test_any_text_is_refused_plainly_or_gives_turns_inside_it_in_order(text: str) -> None:
    try:
        conversation = read(text)
    except InputError:
        assert not text.strip()
        return
    assert conversation.source == text
    assert [turn.index for turn in conversation.turns] == list(range(len(conversation.turns)))
    spans = [(turn.start, turn.end) for turn in conversation.turns]
    if conversation.kind is Kind.EMAIL:  # the newest message may stand on top
        spans.sort()
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert text[start:end].strip()
        at = end
    assert 0 <= conversation.read <= 1
    assert all(0 <= span.start < span.end <= len(text) for span in conversation.planted)
    names = {person.name for person in conversation.people}
    assert all(turn.speaker is None or turn.speaker in names for turn in conversation.turns)
    assert all(name.strip() for name in names)


LABELS = st.sampled_from(
    ["", "", "Maria: ", "Dana (CFO): ", "[00:12] Bob: ", "**Ann:** ", "- ", "> ", "00:12 Ann\n", "Ann - ", "Plan: ", "Outcome: ", "Ann Lee wrote:\n"]
)
LINE = st.tuples(LABELS, st.sampled_from(["We buy it.", "We buy it. No money. We buy it", "we buy it (hm) so", "---", "", "Call notes:"])).map("".join)


@settings(max_examples=500)
@given(st.lists(LINE, max_size=12).map("\n".join))
def test_no_words_are_left_out(text: str) -> None:
    try:
        conversation = read(text)
    except InputError:
        return
    covered = [any(turn.start <= at < turn.end for turn in conversation.turns) for at in range(len(text))]
    for found in re.finditer("we buy it", text, re.IGNORECASE):
        assert all(covered[found.start() : found.end()]), found


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused_plainly(data: bytes) -> None:
    try:
        conversation = read(data, "call.txt")
    except InputError as error:
        assert str(error).startswith("call.txt")
        return
    assert all(conversation.source[turn.start : turn.end].strip() for turn in conversation.turns)


def _many(speakers: int) -> str:
    """Everybody speaks twice; names are letters only."""
    letters = [chr(97 + n) for n in range(10)]
    names = ["N" + "".join(letters[int(digit)] for digit in f"{n:05}") for n in range(speakers)]
    return "".join(f"{name}: we need it by Monday.\n" for name in names for _ in (0, 1))


SHAPES: list[object] = [
    row("notes on one line", lambda n: "we talked about money and they liked it " * (n // 40)),
    row("notes on many lines", lambda n: "we talked about money\n" * (n // 22)),
    row("one word", lambda n: "a" * n),
    row("talk of two", lambda n: "Rep: how are you\nDana: fine we want it\n" * (n // 40)),
    row("talk in which one says it all", lambda n: "Rep: hi\nDana: hm\nRep: so\nDana: " + "we want it. " * (n // 12)),
    row("captions", lambda n: "WEBVTT\n\n" + "00:00:01.000 --> 00:00:02.000\n<v Bob>hi there</v>\n\n" * (n // 52)),
    row("a thread of e-mails", lambda n: "From: Ann <a@b.example>\nTo: me\n\nWe want it. \n" * (n // 44)),
    row("a thread of quotes", lambda n: "On 3 May 2026, Ann Lee wrote:\n> We want it. \n" * (n // 45)),
    row("empty lines", lambda n: "We want it.\n" + "\n" * n + "No."),
    row("empty quoted lines", lambda n: "We want it.\n" + "> \n" * (n // 3) + "No."),
    row("blanks in a line", lambda n: "We want it." + " " * n + "No."),
    row("blanks after a name", lambda n: "Dana" + " " * n + "no\nRep: hi"),
    row("tabs", lambda n: "We\t" * (n // 3)),
    row("brackets", lambda n: "[" * n),
    row("angle brackets", lambda n: "<system " * (n // 8)),
    row("stars", lambda n: "*" * n),
    row("dashes", lambda n: "-" * n + "a"),
    row("colons", lambda n: "a: " * (n // 3)),
    row("times", lambda n: "00:12 " * (n // 6)),
    row("names in a row", lambda n: "Anna Berta " * (n // 11)),
    row("names with half a role", lambda n: "Anna (" * (n // 6)),
    row("words of an attack", lambda n: "ignore the the " * (n // 15)),
    row("invisible characters", lambda n: "a\U000e0041" * (n // 2)),
]  # fmt: skip


@pytest.mark.parametrize("make", SHAPES)
def test_more_text_takes_its_share_more_time(make: Callable[[int], str]) -> None:
    def work(n: int) -> Callable[[], object]:
        text = make(n)
        return lambda: read(text)

    assert grows_like(work) <= LINEAR


def test_eight_times_the_speakers_do_not_take_much_more_than_eight_times_as_long() -> None:
    """Up to two thousand: what explodes would explode here."""

    def work(n: int) -> Callable[[], object]:
        text = _many(n)
        return lambda: read(text)

    assert grows_like(work, least=250, most=250) <= LINEAR


def test_a_megabyte_on_one_line_is_read_whole() -> None:
    line = read("we talked about money. " * 45_000)
    assert line.read == 1.0
    assert all(turn.end - turn.start <= 600 for turn in line.turns)


def test_everybody_in_a_crowd_is_known() -> None:
    crowd = read(_many(1_000))
    assert len(crowd.people) == 1_000
    assert len(crowd.turns) == 2_000
