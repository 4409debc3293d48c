"""Times the readers alone. In: nothing. Out: a table of seconds for each family of formats, at a quarter, a half and a whole megabyte.

The text is a talk of four sentences over and over, laid out as each family has it. A ratio of 2 from a half to a whole is
linear. Seconds are those of the processor, so that a busy machine changes little. The offline analyst has no part in it.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from coach.readers import read_all

SAID = (("Maria", "Thanks for the time, where did the board land?"), ("Dana", "They approved it, and I sign it on Monday."), ("Maria", "What could stop that?"), ("Dana", "Legal wants to see it first."))
SIZES = (250_000, 500_000, 1_000_000)  # characters of what was said and its marks


def _said(size: int, each: int) -> list[tuple[str, str]]:
    return [SAID[n % 4] for n in range(size // each)]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _vtt(size: int) -> bytes:
    return ("WEBVTT\n\n" + "".join(f"{_clock(n)}.000 --> {_clock(n + 1)}.000\n<v {who}>{words}</v>\n\n" for n, (who, words) in enumerate(_said(size, 90)))).encode()


def _srt(size: int) -> bytes:
    return "".join(f"{n + 1}\n{_clock(n)},000 --> {_clock(n + 1)},000\n{words}\n\n" for n, (_, words) in enumerate(_said(size, 80))).encode()


def _gong(size: int) -> bytes:
    parts = [{"speakerId": who, "sentences": [{"start": n * 1000, "end": n * 1000 + 900, "text": words}]} for n, (who, words) in enumerate(_said(size, 130))]
    return json.dumps({"callTranscripts": [{"callId": "1", "transcript": parts}]}).encode()


def _deepgram(size: int) -> bytes:
    words = [{"word": word, "start": n, "end": n + 1, "speaker": n // 9 % 2} for n, word in enumerate(("and so it is that we do this now " * (size // 480)).split())]
    return json.dumps({"results": {"channels": [{"alternatives": [{"transcript": "", "words": words}]}]}}).encode()


def _table(size: int) -> bytes:
    return ("Id,Subject,Notes\n" + "".join(f'{n},Call,"<p>{words}</p><p>No money &amp; no time.</p>"\n' for n, (_, words) in enumerate(_said(min(size, 480_000), 100)))).encode()


def _cell(size: int) -> bytes:
    return ('Id,Subject,Notes\n1,Call,"' + "".join(f"<div><b>{who}</b> said: {words}</div>" for who, words in _said(size, 70)) + '"\n').encode()


def _mail(size: int) -> bytes:
    head = "From: Dana <d@acme.example>\nTo: m@seller.example\nMessage-ID: <1@x>\nMIME-Version: 1.0\n\n"
    return (head + "".join(f"{'>' * (n % 3)} {words}\n" + ("On Mon, 2 March 2026 at 10:00, Maria <m@s.example> wrote:\n" if n % 20 == 0 else "") for n, (_, words) in enumerate(_said(size, 45)))).encode()


def _docx(size: int) -> bytes:
    from tests.files import docx

    return docx(*(f"{who}: {words}" for who, words in _said(size, 45)))


def _pdf(size: int) -> bytes:
    from tests.files import pdf

    return pdf(*(f"{who}: {words}" for who, words in _said(size, 45)))


FAMILIES: dict[str, Callable[[int], bytes]] = {
    "Name: text": lambda size: "\n".join(f"{who}: {words}" for who, words in _said(size, 42)).encode(),
    "time above, text below": lambda size: "\n".join(f"{_clock(n)} {who}\n{words}\n" for n, (who, words) in enumerate(_said(size, 52))).encode(),
    "one paragraph": lambda size: " ".join(f"{who}: {words}" for who, words in _said(size, 42)).encode(),
    "notes": lambda size: "\n".join(words for _, words in _said(size, 36)).encode(),
    "WebVTT": _vtt,
    "SubRip": _srt,
    "Gong JSON": _gong,
    "Deepgram words": _deepgram,
    "CSV, many rows": _table,
    "CSV, one cell of HTML": _cell,
    "mail thread": _mail,
    "Word": _docx,
    "PDF": _pdf,
}


def reading(_: object) -> None:
    """Seconds to read a file of each family, and how much longer twice as much takes."""
    print(f"{'family':26} {'1/4 MB':>8} {'1/2 MB':>8} {'1 MB':>8} {'ratio':>6}")
    read_all(b"Ann: hi\nBob: no\nAnn: oh\nBob: bye")  # loads the weights
    for family, made in FAMILIES.items():
        took = [_seconds(made(size)) for size in SIZES]
        print(f"{family:26} " + " ".join(f"{seconds:8.3f}" for seconds in took) + f" {took[2] / took[1]:6.2f}")
    folder = Path(__file__).parents[1] / "tests" / "data" / "calls"
    print(f"{'the sales calls of tests':26} {sum(_seconds(path.read_bytes()) for path in folder.iterdir()):8.3f}")


def _seconds(data: bytes) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        read_all(data, "bench")
        best = min(best, time.process_time() - start)
    return best
