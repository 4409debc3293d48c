"""What a rep takes away: it says what was found, and no word of a note or a model becomes anything but words."""

import csv
import io
import json
import re
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar
from markdown_it import MarkdownIt
from markdown_it.token import Token

from coach.advice import UNKNOWN, Advice, Contact, Dropped, NoAdvice, Point, Question, Ruthless, Skeptical, Step, TheNo, WinWin
from coach.ask import Usage
from coach.conversation import Conversation, Kind, Person, Side, Turn
from coach.grounding import Evidence, Quote, Rejected
from coach.render import calendar, csv_rows, email, markdown, to_json
from coach.render.buyer import buyer
from coach.render.inert import cell, escaped, folded, unlinked
from coach.review import Provenance, Review, Source
from coach.verdict import CommitmentShown, Standing, Verdict

TODAY = date(2025, 11, 14)
PAYLOADS = {
    "inline link": "[click](http://evil.test/a)",
    "inline image": "![x](https://evil.test/pixel.png)",
    "reference": "[click][a] and [a]: http://evil.test",
    "definition on its own line": "fine\n\n[a]: http://evil.test 'x'\n\n[a]",
    "angle autolink": "<http://evil.test> <mailto:a@evil.test>",
    "bare autolink": "see http://evil.test, HTTPS://EVIL.test/x and ftp://evil.test",
    "www autolink": "www.evil.test and _www.evil.test and WWW.1evil",
    "e-mail autolink": "write to a.b+c@evil.test or a@-evil.test, @dana",
    "bare domain": "evil.com/path?q=1",
    "protocol-relative": "//localhost/x",
    "html image": '<img src="https://evil.test/p.png" onerror="alert(1)">',
    "html comment and script": "<!-- x --><script>alert(1)</script></td></table>",
    "javascript": "[x](javascript:alert(1)) <javascript:alert(1)>",
    "data": "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "entities": "&lt;img src=x&gt; &#60;b&#62; &#x5b;x&#x5d;(http&colon;//evil.test) AT&T",
    "bidi and hidden": "ok\u202egnp.live\u202c \u2066x\u2069 ht\u200btp\u00ad://evil.test \U000e0041",
    "formula": '=HYPERLINK("http://evil.test","x")',
    "formula behind a tab": "\t=1+1",
    "formula behind a semicolon": "a; =cmd|' /C calc'!A0;+1;@x",
    "other formulas": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "table break": "a | b \\| c\n| --- | --- |\n| x | y |",
    "headings": "# one\n## two\nthree\n===\nfour\n---",
    "blocks": "> quote\n- item\n1. first\n2) second\n```\ncode\n```\n    indented\n***",
    "emphasis": "**bold** _it_ ~~gone~~ `code` \\",
    "task and footnote": "[ ] todo [^1] [[wiki]] $\\href{javascript:x}{y}$ {{ x }}",
    "mail header": "x\r\nBcc: all@evil.test\r\n\r\nbody",
    "calendar line": "x\r\nATTACH:http://evil.test\r\nEND:VEVENT\r\nBEGIN:VALARM",
    "line separators": "a\u2028# b\u2029c\x0b- d\x85e\x0cf",
}
WORDS = st.one_of(st.sampled_from(sorted(PAYLOADS.values())), st.text(max_size=60), st.text("[]()!<>&|`*_~#=+-@.:;/\\\n\t 1awhttps\"'{}$", max_size=60))


class Deal(NamedTuple):
    """A conversation of as many lines as there are words, and a way to quote each."""

    conversation: Conversation

    def quote(self, turn: int) -> Quote:
        at = self.conversation.turns[turn]
        return Quote(text=self.conversation.text(at), start=at.start, end=at.end, turn=turn)


def deal(*said: str, speaker: str | None = "Dana", kind: Kind = Kind.TRANSCRIPT) -> Deal:
    turns, at = [], 0
    for index, words in enumerate(said):
        turns.append(Turn(index=index, start=at, end=at + len(words), speaker=speaker, side=Side.PROSPECT if speaker else Side.UNKNOWN, kind=kind))
        at += len(words) + 1
    people = (Person(name=speaker, side=Side.PROSPECT, role="VP Ops"),) if speaker and speaker.strip() else ()
    return Deal(Conversation(source="\n".join(said), name="call.txt", kind=kind, turns=tuple(turns), people=people))


def build(of: Deal, advice: Advice, stage: int = 1, by: str = "Dana", words: str = "They like it") -> Review:
    """A review of the deal; `words` stand wherever a model or a note may put words of its own."""
    first, last = of.quote(0), of.quote(len(of.conversation.turns) - 1)
    return Review(
        source=Source(
            name=of.conversation.name,
            digest="0123456789abcdef",
            kind=of.conversation.kind,
            characters=1024,
            read=1.0,
            unread="",
            parts=1,
            turns=2,
            planted=0,
            deals=(words, "Two"),
        ),
        sales=not isinstance(advice, NoAdvice),
        verdict=Verdict.model_validate(
            {
                "stage": stage,
                "undetermined": False,
                "rule": "yes" if stage == 2 else "no commitment",
                "headline": "Yes. Be ruthless." if stage == 2 else "Not yet. Be skeptical.",
                "commitment": CommitmentShown(level="verbal", to="purchase", by=by, can_decide="yes", on_the_reps_word=False, quote=first),
                "for_": first,
                "against": last,
                "would_change": f"Marcus saying it himself. {words}",
                "reason": f"{words}: that counts for nothing.",
                "differs": None,
            }
        ),
        criteria=(
            Standing(id="need", status="met", must_have=True, evidence=(0,)),
            Standing(id="decision_process", status="at_risk", must_have=False, evidence=(1,)),
            Standing(id="competition", status="missing", must_have=False, evidence=()),
        ),
        evidence=(
            Evidence(criterion="need", polarity="supports", basis="said", side=Side.PROSPECT, speaker=of.conversation.turns[0].speaker, quote=first),
            Evidence(criterion="decision_process", polarity="undermines", basis="said", side=Side.PROSPECT, speaker=by, quote=last),
        ),
        commitments=(),
        rejected=(
            Rejected(what="need", quote=words, line=0, reason="these words are not in the text"),
            Rejected(what="budget", quote=words, line=1, reason="these words are not in the text"),
        ),
        advice=advice,
        provenance=Provenance(
            model="offline analyst",
            is_llm=False,
            prompts=None,
            playbook="default",
            today=TODAY,
            usage=Usage(calls=4, seconds=0.02),
            quotes_thrown_out=2,
            advice_dropped=1,
        ),
    )


def skeptical(of: Deal, words: str = "Who signs?", whom: str = "Dana") -> Skeptical:
    question = Question(criterion="decision_process", ask=words, whom=whom, why=of.quote(0), no_if=words, help=words)
    return Skeptical(
        first=words,
        the_no=TheNo(text=words, criterion="need", quote=of.quote(0)),
        questions=(question, question.model_copy(update={"why": None})),
        dropped=(Dropped(what="question", text=words, reason=f"stock phrase: {words}"),),
    )


def ruthless(of: Deal, words: str = "Papers out", who: str = "Tom") -> Ruthless:
    point = Point(text=words, quote=of.quote(0))
    return Ruthless(
        first=words,
        win_win=WinWin(they_get=(point,), we_get=(point,), leave_on_table=(point.model_copy(update={"quote": None}),)),
        close_by=date(2025, 12, 12),
        plan=(
            Step(id="papers", what=words, side="us", owner="you", signer=None, due=TODAY, after=(), quote=of.quote(0)),
            Step(id="legal", what=words + " again", side="theirs", owner=UNKNOWN, signer=None, due=None, after=("papers",), quote=None),
            Step(id="sign", what=words, side="theirs", owner=who, signer=who, due=date(2025, 12, 12), after=("papers", "legal"), quote=None),
        ),
        contacts=(
            Contact(day=TODAY, reason=words, whom=who, play="vendor_form"),
            Contact(day=date(2025, 11, 17), reason=words, whom=who, play="marked_contract"),
        ),
    )


def hostile(words: str, stage: int) -> tuple[Review, Conversation]:
    """A review that says these words everywhere."""
    of = deal(words, words, speaker=words)
    return build(of, ruthless(of, words, words) if stage == 2 else skeptical(of, words, words), stage, words, words), of.conversation


def northgate() -> tuple[Review, Conversation]:
    of = deal("it's costing us about 40 grand a quarter in overtime", "", "I'd have to fight for it")
    questions = (
        Question(
            criterion="budget",
            ask="What did Marcus need to see the last time?",
            whom="Dana Whitfield (VP Ops)",
            why=of.quote(2),
            no_if="she has never won that fight",
            help="The overtime sum on one page, with Dana's name on it, for them to send on.",
        ),
        Question(
            criterion="authority",
            ask="What would make Marcus refuse?",
            whom="Dana, then Marcus",
            why=None,
            no_if="no way in",
            help="A page for that person, for them.",
        ),
        Question(criterion="timeline", ask="What happens in March?", whom="Marcus", why=None, no_if="we would cope", help="Nothing yet."),
    )
    the_no = TheNo(text="Nobody with money has heard of this.", criterion="budget", quote=None)
    return build(of, Skeptical(first="Put Marcus in the room.", the_no=the_no, questions=questions)), of.conversation


def close() -> tuple[Review, Conversation]:
    of = deal("I'm signing off on you", "Legal needs to redline the MSA", speaker="Priya")
    advice = ruthless(of).model_copy(
        update={
            "first": "Order form out today.",
            "plan": (
                Step(id="papers", what="Send the order form", side="us", owner="you", signer=None, due=TODAY, after=(), quote=of.quote(0)),
                Step(id="legal", what="Redlines back on their side", side="theirs", owner=UNKNOWN, signer=None, due=None, after=("papers",), quote=of.quote(1)),
                Step(id="sign", what="Signature", side="theirs", owner="Priya", signer="Priya", due=date(2025, 12, 12), after=("legal",), quote=None),
                Step(id="live", what="Live", side="both", owner="you and Tom", signer=None, due=date(2026, 1, 15), after=("sign",), quote=None),
            ),
        }
    )
    return build(of, advice, 2, "Priya"), of.conversation


def no_deal() -> tuple[Review, Conversation]:
    of = deal("hello", speaker=None, kind=Kind.NOTES)
    return build(of, NoAdvice(first="Notes of a sales call.")), of.conversation


def parsed(text: str) -> list[Token]:
    """CommonMark with raw HTML allowed, tables and strikethrough: what the most obliging renderer would make of it."""
    blocks = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [token for block in blocks for token in (block, *(block.children or []))]


def skeleton(text: str) -> list[str]:
    return [token.type for token in parsed(text) if token.type != "text"]


def shown(text: str) -> str:
    return "\n".join("".join(child.content for child in token.children or []) for token in parsed(text) if token.type == "inline")


GFM_LINKS = re.compile(r"(?:https?|ftp)://|www\.\S|[\w.+-]+@[\w-]|//\w|@\w|\w\.(?:com|test)\b", re.IGNORECASE)
HIDDEN = re.compile("[\u200b\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def body_of(draft: bytes) -> tuple[EmailMessage, str]:
    message = message_from_bytes(draft, policy=default)
    assert isinstance(message, EmailMessage)
    return message, message.get_content().replace("\r\n", "\n")


def events_of(data: bytes) -> list[dict[str, object]]:
    return [{name: event.decoded(name) for name in event} for event in Calendar.from_ical(data).walk("VEVENT")]


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


# Markdown


def test_the_document_says_verdict_quotes_and_first_thing_before_anything_else() -> None:
    text = shown(markdown(*northgate()))
    assert text.splitlines()[:7] == [
        "Not yet. Be skeptical.",
        "Stage 1: before the yes. They like it: that counts for nothing.",
        "Decided by: “it's costing us about 40 grand a quarter in overtime” (Dana, VP Ops, line 1)",
        "Against: “I'd have to fight for it” (Dana, VP Ops, line 3)",
        "Would change it: Marcus saying it himself. They like it",
        "This note is about 2 deals: They like it, Two. The verdict is on the one with the strongest claim.",
        "Do this first",
    ]


def test_ids_become_words_and_every_criterion_has_a_row() -> None:
    text = markdown(*northgate())
    assert "| Need (must have) | met | “it's costing us about 40 grand a quarter in overtime” (Dana, VP Ops, line 1) |" in text
    assert "| Decision process | at risk |" in text
    assert "| Competition | not talked about | - |" in text


def test_questions_stand_in_a_table_with_what_would_be_a_no() -> None:
    assert "| “What would make Marcus refuse?” | Dana, then Marcus | Authority: not talked about | no way in | A page for that person, for them. |" in markdown(
        *northgate()
    )


def test_a_plan_shows_steps_by_number_with_honest_gaps() -> None:
    text = markdown(*close())
    assert "| 2 | Redlines back on their side | their side | unknown: ask | unknown: ask | 1 | “Legal needs to redline the MSA” (Priya" in text
    assert "| 3 | Signature | their side | Priya; signs: Priya | Fri 12 December 2025 | 2 | proposed |" in text
    assert "- Mon 17 November 2025: Papers out (for Tom)" in text
    assert "- **Leave on the table:** Papers out\n" in text


def test_what_was_thrown_out_is_counted_by_reason_and_not_repeated() -> None:
    of = deal("one", "two")
    text = shown(markdown(build(of, skeptical(of, "synergy")), of.conversation))
    assert "2 quotes: these words are not in the text (2)." in text
    assert "1 piece of advice: stock phrase (1)." in text
    assert "call .txt: read 100% of 1,024 characters · offline analyst · no prompts · playbook default · 0.02 s · taken as said on Fri 14 November 2025" in text


def test_a_quote_from_notes_is_called_the_reps_own_report() -> None:
    of = deal("CFO confirmed", speaker=None, kind=Kind.NOTES)
    assert "“CFO confirmed” (Luis, by your note, line 1)" in markdown(build(of, skeptical(of), by="Luis"), of.conversation)
    assert "**Against:** “CFO confirmed” (your note, line 1)" in markdown(build(of, skeptical(of), by="Luis"), of.conversation)


def test_coaching_for_another_stage_than_the_verdicts_says_so() -> None:
    review, conversation = northgate()
    of = Deal(conversation)
    text = markdown(review.model_copy(update={"advice": ruthless(of)}), conversation)
    assert "You overruled the verdict. This is the coaching for stage 2; the verdict still says stage 1." in text
    assert "overruled" not in markdown(review, conversation)


def test_without_a_deal_the_document_only_says_what_to_bring() -> None:
    text = markdown(*no_deal())
    assert "No deal to judge." in text
    assert "## Bring this\n\nNotes of a sales call." in text
    assert "Criterion" not in text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_lines_are_counted_as_on_the_page(end: str) -> None:
    source = f"one{end}{end}three"
    start = len(source) - len("three")
    conversation = Conversation(source=source, turns=(Turn(index=0, start=0, end=3), Turn(index=1, start=start, end=len(source))))
    assert "“three” (your note, line 3)" in markdown(build(Deal(conversation), NoAdvice(first="x")).model_copy(update={"sales": True}), conversation)


@pytest.mark.parametrize("stage", [1, 2])
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_changes_the_skeleton_of_the_document(payload: str, stage: int) -> None:
    text = markdown(*hostile(payload, stage))
    assert skeleton(text) == skeleton(markdown(*hostile("plain words", stage)))
    assert unlinked(payload) in shown(text)
    assert not GFM_LINKS.search(shown(text))
    assert not HIDDEN.search(text)


@given(words=WORDS, stage=st.sampled_from([1, 2]))
def test_no_words_change_the_skeleton_of_the_document(words: str, stage: int) -> None:
    assume(folded(words))
    text = markdown(*hostile(words, stage))
    assert skeleton(text) == skeleton(markdown(*hostile("plain words", stage)))
    assert unlinked(words) in shown(text)


@given(words=WORDS)
def test_escaped_words_alone_are_one_plain_paragraph_that_says_them(words: str) -> None:
    text = escaped(words)
    assert [t for t in skeleton(text) if t] == (["paragraph_open", "inline", "paragraph_close"] if text else [])
    assert shown(text) == unlinked(words)


@given(words=WORDS)
def test_nothing_that_github_takes_for_an_address_is_left(words: str) -> None:
    assert not re.search(r"//|www\.|@\S", unlinked(words), re.IGNORECASE)


@pytest.mark.parametrize(
    ("words", "as_text"),
    [
        ("We've $40k set aside (Q1), 12% more - maybe!", "We've $40k set aside (Q1), 12% more - maybe!"),
        ("R&D said <soon>", "R&amp;D said &lt;soon>"),
        ("a_b | c", r"a\_b \| c"),
        ("1. first", r"1\. first"),
        ("at 9 a.m., e.g. Monday", "at 9 a.m., e.g. Monday"),
    ],
)
def test_ordinary_words_stay_readable_as_text(words: str, as_text: str) -> None:
    assert escaped(words) == as_text


# JSON


def test_json_is_the_schema_by_its_own_names_and_keeps_every_letter() -> None:
    review, _ = hostile("Zoë said “ja” 田中", 1)
    text = to_json(review)
    assert "Zoë said “ja” 田中" in text
    assert text.startswith('{\n  "source"')
    assert json.loads(text) == json.loads(review.model_dump_json(by_alias=True))
    assert "for" in json.loads(text)["verdict"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_json_gives_back_every_payload_exactly(payload: str) -> None:
    assert json.loads(to_json(hostile(payload, 1)[0]))["advice"]["first"] == payload


# CSV


def test_the_table_has_a_row_for_each_thing_found_and_advised() -> None:
    assert [row["kind"] for row in table_of(csv_rows(northgate()[0]))] == ["verdict", "first"] + ["criterion"] * 3 + ["evidence"] * 2 + ["question"] * 3
    assert [row["kind"] for row in table_of(csv_rows(close()[0]))][7:] == ["step"] * 4 + ["contact"] * 2
    assert [row["kind"] for row in table_of(csv_rows(no_deal()[0]))][:2] == ["verdict", "first"]


def test_rows_say_who_and_when_and_where() -> None:
    review, conversation = close()
    rows = {row["text"]: row for row in table_of(csv_rows(review, conversation))}
    assert rows["Signature"] == rows["Signature"] | {"who": "Priya", "due": "2025-12-12", "side": "theirs", "note": "signs: Priya, after: legal"}
    assert rows["Redlines back on their side"]["due"] == ""
    assert (rows["Redlines back on their side"]["turn"], rows["Redlines back on their side"]["line"]) == ("2", "2")


def test_without_the_conversation_no_line_is_made_up() -> None:
    assert {row["line"] for row in table_of(csv_rows(close()[0]))} == {""}


@pytest.mark.parametrize("stage", [1, 2])
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_becomes_a_formula_or_a_row(payload: str, stage: int) -> None:
    review, conversation = hostile(payload, stage)
    text = csv_rows(review, conversation)
    assert [row["kind"] for row in table_of(text)] == [row["kind"] for row in table_of(csv_rows(hostile("plain", stage)[0]))]
    for separator in ",;":
        cells = [c for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for c in row]
        assert not [c for c in cells if re.match(r"[ '\"]*[=+\-@\t\r]", c) and not c.lstrip().startswith("'")]
    assert table_of(text)[1]["text"] == cell(payload)


@given(words=WORDS)
def test_a_cell_never_begins_like_a_formula_and_keeps_its_words(words: str) -> None:
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell(words))
    assert cell(words).replace("'", "") == folded(words).replace("'", "")


# E-mail


def test_before_the_yes_the_mail_asks_one_person_at_most_two_things_and_offers_help() -> None:
    message, body = body_of(email(northgate()[0]))
    assert message["Subject"] == "Two questions before we go on"
    assert body.startswith("Hello Dana,\n")
    assert "1. What did Marcus need to see the last time?\n2. What would make Marcus refuse?\n" in body
    assert "What happens in March?" not in body
    assert "- The overtime sum on one page, with your name on it, for you to send on." in body
    assert "that person" not in body


def test_after_the_yes_the_mail_proposes_the_plan_to_the_one_who_said_it() -> None:
    message, body = body_of(email(close()[0]))
    assert message["Subject"] == "Our plan, for you to correct"
    assert body.startswith("Hello Priya,\n")
    assert "1. Send the order form\n   Who: us\n   By: Fri 14 November 2025\n" in body
    assert "2. Redlines back on your side\n   Who: please name somebody on your side\n   By: please name a day\n   After: 1\n" in body
    assert "3. Signature\n   Who: you\n   Signs: you\n   By: Fri 12 December 2025\n   After: 2\n" in body
    assert "   Who: us and Tom\n" in body
    assert "The signature is due by Fri 12 December 2025." in body


@pytest.mark.parametrize("review", [northgate()[0], close()[0]], ids=["before the yes", "after it"])
def test_the_buyer_never_reads_what_the_coach_thinks(review: Review) -> None:
    _, body = body_of(email(review))
    advice, verdict = review.advice, review.verdict
    private = [verdict.headline, verdict.reason, verdict.would_change, advice.first]
    private += ["stage", "verdict", "skeptical", "ruthless", "at risk", "a no", "the no"]
    if isinstance(advice, Skeptical):
        private += [advice.the_no.text, *(q.no_if for q in advice.questions), *(q.why.text for q in advice.questions if q.why)]
    if isinstance(advice, Ruthless):
        private += [contact.reason for contact in advice.contacts] + [point.text for point in advice.win_win.leave_on_table]
    assert not [words for words in private if words.casefold() in body.casefold()]


def test_without_a_deal_the_draft_tells_the_rep_that_there_is_nothing_to_send() -> None:
    message, body = body_of(email(no_deal()[0]))
    assert message["Subject"] == "Nothing to send yet"
    assert "Bring this first: Notes of a sales call." in body


def test_a_deal_without_questions_or_steps_still_has_something_to_say() -> None:
    of = deal("one")
    assert "What is still open on your side" in body_of(email(build(of, skeptical(of).model_copy(update={"questions": ()}))))[1]
    bare = ruthless(of).model_copy(update={"plan": (), "close_by": None})
    assert "By which day would you like this to be signed?" in body_of(email(build(of, bare, 2)))[1]
    assert "ask for one" in markdown(build(of, bare, 2), of.conversation)


@given(words=WORDS, stage=st.sampled_from([1, 2]))
def test_no_words_add_a_header_a_part_or_a_recipient(words: str, stage: int) -> None:
    message, body = body_of(email(hostile(words, stage)[0]))
    assert sorted(message.keys()) == ["Content-Transfer-Encoding", "Content-Type", "MIME-Version", "Subject", "X-Unsent"]
    assert (message["X-Unsent"], message.get_content_type(), message.is_multipart()) == ("1", "text/plain", False)
    assert message["Subject"] in ("Two questions before we go on", "Our plan, for you to correct")
    assert stage == 2 or f"\n1. {unlinked(words)}\n2. {unlinked(words)}\n" in body
    assert "//" not in body


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_is_a_link_in_the_mail(payload: str) -> None:
    for stage in (1, 2):
        _, body = body_of(email(hostile(payload, stage)[0]))
        assert not GFM_LINKS.search(body)
        assert not HIDDEN.search(body)


@pytest.mark.parametrize(
    ("whom", "call"),
    [
        ("Dana Whitfield (VP Ops)", "Dana"),
        ("Dana, then Marcus", "Dana"),
        ("Karen on Tuesday", "Karen"),
        ("Dr. Müller", "Dr. Müller"),
        ("Jean-Luc O’Neil", "Jean-Luc"),
        ("田中", "田中"),
        ("your contact", ""),
        ("the CFO", ""),
        ("CFO", ""),
        (UNKNOWN, ""),
        ("whoever decides", ""),
        ("http://evil.test", ""),
        ("", ""),
    ],
)
def test_only_a_name_is_greeted(whom: str, call: str) -> None:
    assert buyer(whom).call == call


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A list, for them to correct.", "A list, for you to correct."),
        ("Their answer as a list, theirs to keep.", "Your answer as a list, yours to keep."),
        ("Half a page that Dana Whitfield can change as their own.", "Half a page that you can change as your own."),
        ("Half a page for Marcus in the words of Dana.", "Half a page for Marcus in your words."),
        ("A page for that person, for them to correct.", ""),
        ("Our scores on those things, as we would give them ourselves.", ""),
        ("What it costs to leave things as they are.", ""),
        ("A payment plan for Dana Whitfieldson.", "A payment plan for Dana Whitfieldson."),
    ],
)
def test_help_is_offered_to_the_reader_or_not_at_all(text: str, said: str) -> None:
    assert buyer("Dana Whitfield").offered(text) == said


# Calendar


def test_each_dated_step_and_daily_reason_is_an_all_day_event() -> None:
    events = events_of(calendar(close()[0]))
    assert [event["DTSTART"] for event in events] == [TODAY, date(2025, 12, 12), date(2026, 1, 15), TODAY, date(2025, 11, 17)]
    assert all(type(event["DTSTART"]) is date and str(event["DTSTAMP"]) == "2025-11-14 00:00:00+00:00" for event in events)


def test_a_calendar_without_dates_is_empty_and_can_be_read() -> None:
    for review, _ in (northgate(), no_deal()):
        assert events_of(calendar(review)) == []


def test_the_same_note_gives_the_same_bytes_and_a_moved_date_keeps_its_identifier() -> None:
    review, _ = close()
    assert calendar(review) == calendar(review.model_copy(update={"provenance": review.provenance.model_copy(update={"usage": Usage(seconds=9)})}))
    assert isinstance(review.advice, Ruthless)
    moved = [step.model_copy(update={"due": date(2025, 12, 1)}) if step.id == "sign" else step for step in review.advice.plan]
    later = review.model_copy(update={"advice": review.advice.model_copy(update={"plan": tuple(moved)})})
    before, after = ({str(event["UID"]): event["DTSTART"] for event in events_of(calendar(r))} for r in (review, later))
    assert before.keys() == after.keys()
    assert len(before) == 5
    assert before != after


def test_another_note_gives_other_identifiers() -> None:
    review, _ = close()
    other = review.model_copy(update={"source": review.source.model_copy(update={"characters": 1025})})
    mine, theirs = ({str(event["UID"]) for event in events_of(calendar(r))} for r in (review, other))
    assert not mine & theirs


@given(words=WORDS)
def test_no_words_become_a_line_of_the_calendar(words: str) -> None:
    events = events_of(calendar(hostile(words, 2)[0]))
    assert len(events) == 4
    assert all(sorted(event) == ["DESCRIPTION", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP", "UID"] for event in events if folded(words))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_payload_is_a_link_in_the_calendar(payload: str) -> None:
    data = calendar(hostile(payload, 2)[0])
    words = "\n".join(str(event[name]) for event in Calendar.from_ical(data).walk("VEVENT") for name in ("SUMMARY", "DESCRIPTION"))
    assert unlinked(payload) in words
    assert not GFM_LINKS.search(words)
    assert not HIDDEN.search(words)
    assert not {c.name for c in Calendar.from_ical(data).walk()} - {"VCALENDAR", "VEVENT"}
