"""Thousands of broken files: each is read or refused with a sentence, quickly, in little memory. The long run is `python -m benchmarks.fuzz`."""

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.conversation import Kind
from coach.errors import InputError
from coach.readers import read_all
from tests.core.builders import ROOT, row
from tests.files import docx, eml, pdf


def test_three_thousand_broken_files_are_read_or_refused() -> None:
    """In a process of its own, whose memory is only theirs."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.fuzz", "--files", "3000", "--seed", "2"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 went wrong" in done.stdout


WORD = st.sampled_from(["budget", "June", "no", "CFO", "40k", "we", "sign", "über", "王", "I'd", "(hm)", "R&D", "5<6", "a:b", "--", "1:02"])
SPEECH = st.lists(st.lists(WORD, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6)
NAMES = ("Ann Lee", "Bob")


def clock(seconds: int, mark: str = ".") -> str:
    return f"00:{seconds // 60:02}:{seconds % 60:02}{mark}000"


EXACT = ("VTT", "SRT", "Gong", "Whisper", "Fathom")
"""Layouts in which nothing that was said can be taken for a label or a heading."""
LAYOUTS: dict[str, Callable[[list[str]], str | bytes]] = {
    "VTT": lambda said: "WEBVTT\n\n" + "".join(f"{clock(n)} --> {clock(n + 1)}\n<v {NAMES[n % 2]}>{escaped(words)}</v>\n\n" for n, words in enumerate(said)),
    "SRT": lambda said: "".join(f"{n + 1}\n{clock(n, ',')} --> {clock(n + 1, ',')}\n{words}\n\n" for n, words in enumerate(said)),
    "Gong": lambda said: json.dumps({"callTranscripts": [{"transcript": [{"speakerId": str(n % 2), "sentences": [{"start": n, "text": w}]} for n, w in enumerate(said)]}]}),
    "Whisper": lambda said: json.dumps({"segments": [{"start": n, "end": n + 1, "text": " " + words} for n, words in enumerate(said)]}),
    "Fathom": lambda said: json.dumps({"transcript": [{"speaker": {"display_name": NAMES[n % 2]}, "text": words, "timestamp": "0:01"} for n, words in enumerate(said)]}),
    "a table": lambda said: "Id,Subject,Notes\n1,Call,\"" + "\n".join(said) + '\"\n',
    "HTML": lambda said: "Id,Subject,Notes\n1,Call,\"" + "".join(f"<p>{escaped(words)}</p>" for words in said) + '\"\n',
    "lines": lambda said: "\n".join(f"{NAMES[n % 2]}: {words}" for n, words in enumerate(said)),
    "notes": "\n".join,
    "a Word file": lambda said: docx(*said),
    "a mail": lambda said: eml("\n".join(said)),
    "a mail of HTML": lambda said: eml(html="".join(f"<div>{escaped(words)}</div>" for words in said)),
}


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def folded(text: str) -> list[str]:
    return re.findall(r"[^\s]+", text)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=150, deadline=None)
@given(said=SPEECH)
def test_every_word_that_was_said_comes_out_in_order_and_its_offsets_lead_back(layout: str, said: list[str]) -> None:
    made = LAYOUTS[layout](said)
    found = read_all(made if isinstance(made, bytes) else made.encode(), "call")
    spoken = [word for one in found for turn in one.turns if turn.kind is not Kind.SUMMARY for word in folded(one.text(turn))]
    every = [word for one in found for turn in one.turns for word in folded(one.text(turn))]
    expected = [word for words in said for word in folded(words)]
    assert _within(expected, spoken if layout in EXACT else every), (spoken, expected)
    assert layout not in EXACT or len(spoken) == len(expected)
    for one in found:
        assert all(one.source[turn.start : turn.end] == one.text(turn) for turn in one.turns)


def _within(words: list[str], every: list[str]) -> bool:
    """Whether the words stand in the others, in order: a line of notes may be taken for a heading, a name for a label."""
    left = iter(every)
    return all(any(word == other for other in left) for word in words)


ENDINGS = [row("captions", "a.vtt"), row("JSON", "a.json"), row("a table", "a.csv"), row("a mail", "a.eml"), row("nothing", "a")]
BEGINNINGS = st.sampled_from([b"", b"WEBVTT\n\n", b"{", b'[{"text": "', b"%PDF-1.4\n", b"PK\x03\x04", b"Id,Subject,Notes\n", b"From: a@b.example\nMessage-ID: <1>\n\n", b"\xff\xfe"])


@pytest.mark.parametrize("name", ENDINGS)
@settings(max_examples=300, deadline=None)
@given(begins=BEGINNINGS, rest=st.binary(max_size=200))
def test_any_bytes_under_any_name_are_read_or_refused_plainly(name: str, begins: bytes, rest: bytes) -> None:
    try:
        found = read_all(begins + rest, name)
    except InputError as error:
        assert str(error).endswith(".")
        return
    assert found
    assert all(one.source[turn.start : turn.end].strip() for one in found for turn in one.turns)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 1_500))
def test_a_pdf_cut_anywhere_is_read_or_refused_plainly(cut: int) -> None:
    data = pdf("Maria: Shall we?", "Dana: No.")
    try:
        read_all(data[:cut], "call.pdf")
    except InputError as error:
        assert str(error).startswith("call.pdf ")
