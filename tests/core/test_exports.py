"""What mail programs, recorders and chats really write, each as one of them lays it out: who said which words, and when."""

import pytest

from coach.conversation import Conversation, Kind
from coach.readers import read
from tests.core.builders import row

Said = list[tuple[str | None, str, float | None]]


def said(text: Conversation) -> Said:
    """What was said, in order, with pieces of one voice put together."""
    found: Said = []
    for turn in text.turns:
        if turn.kind is Kind.SUMMARY:
            continue
        words = " ".join(text.text(turn).split())
        if found and found[-1][0] == turn.speaker:
            found[-1] = (turn.speaker, f"{found[-1][1]} {words}", found[-1][2])
        else:
            found.append((turn.speaker, words, turn.time))
    return found


QUOTED = [
    row("German", "Am Di., 5. Mai 2026 um 10:02 Uhr schrieb Tom Hale <tom@globex.example>:"),
    row("Spanish", "El mar, 5 may 2026 a las 10:02, Tom Hale (<tom@globex.example>) escribió:"),
    row("Swedish", "Den tis 5 maj 2026 kl 10:02 skrev Tom Hale <tom@globex.example>:"),
    row("Polish", "wt., 5 maj 2026 o 10:02 Tom Hale <tom@globex.example> napisał(a):"),
    row("Japanese", "2026年5月5日(火) 10:02 Tom Hale <tom@globex.example>:"),
    row("broken before the address", "On Tue, May 5, 2026 at 10:02 AM Tom Hale <\ntom@globex.example> wrote:"),
]


@pytest.mark.parametrize("line", QUOTED)
def test_the_line_above_a_quoted_mail_tells_its_sender_in_any_language(line: str) -> None:
    text = read(f"We sign on Friday.\n\n{line}\n\n> Can you sign?\n")
    assert text.kind is Kind.EMAIL
    assert said(text) == [("Tom Hale", "Can you sign?", None), (None, "We sign on Friday.", None)]


HEADERS = [
    row(
        "an original message",
        "-----Original Message-----\nFrom: Tom Hale [mailto:tom@globex.example]\nSent: Monday\nTo: Dana\nSubject: Contract\nImportance: High",
    ),
    row(
        "a forwarded message",
        "---------- Forwarded message ---------\nFrom: Tom Hale <tom@globex.example>\nDate: Mon, May 4, 2026\nSubject: Contract\nTo: Dana",
    ),
    row("Spanish", "De: Tom Hale <tom@globex.example>\nEnviado el: lunes, 4 de mayo\nPara: Dana\nAsunto: Contrato"),
    row("Italian", "Da: Tom Hale <tom@globex.example>\nInviato: lunedì 4 maggio\nA: Dana\nOggetto: Contratto"),
    row("Swedish", "Från: Tom Hale <tom@globex.example>\nSkickat: den 4 maj\nTill: Dana\nÄmne: Avtal"),
    row("Polish", "Od: Tom Hale <tom@globex.example>\nWysłano: 4 maja\nDo: Dana\nTemat: Umowa"),
    row("an empty line between all fields", "From: Tom Hale <tom@globex.example>\n\nSent: Monday\n\nTo: Dana\n\nSubject: Contract"),
]


@pytest.mark.parametrize("head", HEADERS)
def test_the_fields_above_a_mail_are_nobodys_words(head: str) -> None:
    text = read(f"We sign on Friday.\n\n{head}\n\nCan you sign?\n")
    assert said(text) == [("Tom Hale", "Can you sign?", None), (None, "We sign on Friday.", None)]


def test_a_line_of_a_mail_that_looks_like_a_field_is_still_said() -> None:
    text = read("From: Dana\nTo: Tom\nSubject: Contract\n\nDate: 5 May works for us.\nWe sign then.\nRe: price, 40k it is.\n")
    assert said(text) == [("Dana", "Date: 5 May works for us. We sign then. Re: price, 40k it is.", None)]
