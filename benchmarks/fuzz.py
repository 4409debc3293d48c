"""Breaks files on purpose and reads them. In: how many, a seed. Out: counts, the slowest and the memory taken; exit code 1 if one went wrong.

    .venv/bin/python -m benchmarks.fuzz --files 100000 --seed 1

Every file is one of the samples, damaged in one to four ways: bytes changed, cut, doubled, swapped with another file's,
structure characters put in, numbers made huge, zips and PDFs damaged inside. Anything but conversations or an InputError is
a crash; more than two seconds of work is a hang. The same seed gives the same files.
"""

import argparse
import io
import random
import resource
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from coach.conversation import Conversation
from coach.errors import InputError
from coach.readers import read_all

SAMPLES = Path(__file__).parents[1] / "tests" / "data"
SLOW = 2.0  # seconds
MEMORY = 500  # MB
PIECES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n\n\n", b"{", b"}", b"[", b"]", b'"', b"\\u", b"\\ud800", b"<!--", b"-->", b" --> ", b"<v ", b"</v>", b"<", b">", b"&amp;", b"&#x110000;",
    b"WEBVTT\n", b"NOTE ", b"From: ", b"\n> ", b",", b";", b"\t", b"'", b"99999999999999999999", b"-1", b"1e999", b"NaN", b"null", b"00:00:00.000", b"\xe2\x80\xae", b"\xf3\xa0\x81\x81", b"\xc3\xa2\xe2\x82\xac\xe2\x84\xa2",
    b"obj", b"endobj", b"stream", b"/Length 99999999", b"/Kids", b"Content-Type: multipart/mixed; boundary=x\n", b"=?utf-8?b?", b"<w:t>", b"</w:p>", b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>", b"(" * 50, b"[" * 200, b"Maria: ",
)  # fmt: skip


def samples() -> dict[str, bytes]:
    """Every sample by name: those of the tests, and one of each container that is made here."""
    from tests.files import docx, eml, pdf

    found = {path.name: path.read_bytes() for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.name != "README.md"}
    words = ("Maria Alvarez: Shall I send the contract?", "Dana Lee: Yes, we sign on Monday.", "Maria Alvarez: Good.", "Dana Lee: Bye.")
    made = {
        "made.docx": docx(*words),
        "made.pdf": pdf(*words),
        "plain.eml": eml("Yes, we sign.\n\nOn Mon, 2 March 2026 at 10:00, Maria wrote:\n> Any decision?\n"),
        "html.eml": eml(html="<p>Yes, we <b>sign</b>.<br>Dana</p><!-- no -->"),
        "both.eml": eml("Yes.", "<p>Yes.</p>"),
    }
    return {**found, **made}


def damaged(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """The bytes, with one to four faults."""
    for _ in range(dice.randint(1, 4)):
        data = dice.choice(FAULTS)(data, other, dice)
    return data[:400_000]


def _place(data: bytes, dice: random.Random) -> int:
    return dice.randint(0, len(data))


def _flip(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        if out:
            out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def _cut(data: bytes, _: bytes, dice: random.Random) -> bytes:
    a, b = sorted((_place(data, dice), _place(data, dice)))
    return data[:a] + data[b:]


def _end(data: bytes, _: bytes, dice: random.Random) -> bytes:
    return data[: _place(data, dice)]


def _double(data: bytes, _: bytes, dice: random.Random) -> bytes:
    a = _place(data, dice)
    b = min(len(data), a + dice.randint(1, 400))
    return data[:b] + data[a:b] * dice.randint(1, 40) + data[b:]


def _put(data: bytes, _: bytes, dice: random.Random) -> bytes:
    a = _place(data, dice)
    return data[:a] + dice.choice(PIECES) * dice.choice((1, 1, 1, 3, 50)) + data[a:]


def _splice(data: bytes, other: bytes, dice: random.Random) -> bytes:
    return data[: _place(data, dice)] + other[_place(other, dice) :]


def _swap(data: bytes, _: bytes, dice: random.Random) -> bytes:
    old, new = dice.choice(PIECES), dice.choice(PIECES)
    return data.replace(old, new, dice.choice((1, 5, -1)))[:400_000]


def _encode(data: bytes, _: bytes, dice: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-8-sig", "cp1252", "utf-16-be", "latin-1")), "replace")


def _inside(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Damages one member of a zip, so that the archive is whole and its XML is not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # no zip, or one that is damaged already
        return _flip(data, other, dice)
    if not parts:
        return data
    name = dice.choice(sorted(parts))
    parts[name] = dice.choice((_flip, _cut, _double, _put))(parts[name], other, dice)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, held in parts.items():
            archive.writestr(part, held)
    return out.getvalue()


FAULTS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (_flip, _cut, _end, _double, _put, _put, _splice, _swap, _encode, _inside)


def files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """That many damaged files with the names of their samples."""
    dice = random.Random(seed)
    held = samples()
    names = sorted(held)
    for _ in range(count):
        name, other = dice.choice(names), dice.choice(names)
        yield name, damaged(held[name], held[other], dice)


def fault_of(conversations: tuple[Conversation, ...]) -> str:
    """What is wrong with what was read, "" if nothing is."""
    for one in conversations:
        for at, turn in enumerate(one.turns):
            if turn.index != at or not 0 <= turn.start < turn.end <= len(one.source) or not one.source[turn.start : turn.end].strip():
                return f"turn {at} is not a stretch of the source"
        if any(not 0 <= span.start < span.end <= len(one.source) for span in (*one.hidden, *one.planted)):
            return "a hidden or planted stretch lies outside of the source"
    return ""


def _peak() -> float:
    """The most memory that this program held, in MB. What the system keeps for a process goes back to whoever started it, so Linux is asked for the program's own."""
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.is_file() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def run(count: int, seed: int, told: Callable[[str], None] = print) -> int:
    """Reads the files; the number of those that went wrong."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    slowest, slowest_name, started = 0.0, "", time.perf_counter()
    for number, (name, data) in enumerate(files(count, seed)):
        start = time.process_time()
        try:
            found = read_all(data, name)
            fault = fault_of(found)
            outcomes["read"] += 1
        except InputError as error:
            fault = "" if str(error) else "an error without a sentence"
            outcomes["refused"] += 1
        except Exception as error:  # the point of the exercise
            fault = f"{type(error).__name__}: {error}"
        took = time.process_time() - start
        if took > slowest:
            slowest, slowest_name = took, f"{name}, number {number}"
        if took > SLOW:
            fault = fault or f"took {took:.1f} s"
        if fault:
            wrong.append(f"number {number}, {name}: {fault}")
            told(wrong[-1])
    memory = _peak()
    told(f"{count:,} files, seed {seed}: {outcomes['read']:,} read, {outcomes['refused']:,} refused with a sentence, {len(wrong)} went wrong")
    told(f"slowest {slowest:.2f} s ({slowest_name}); at most {memory:.0f} MB; {time.perf_counter() - started:.0f} s in all")
    return len(wrong) + (memory > MEMORY)


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="benchmarks.fuzz")
    words.add_argument("--files", type=int, default=5_000)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    sys.exit(min(1, run(given.files, given.seed)))
