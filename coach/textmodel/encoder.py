"""A small transformer reads what was said in its order. In: passages, who said them and how. Out: log odds for each, and for stretches.

Six layers of MiniLM (Wang et al., 2020), all but the first reading two neighbouring pieces as one, fine-tuned by
`coach.evaluation.finetune` on the texts of evals/sentences; where each passage stands, who says it and what was said
before it count. It nominates only, as the linear model beside it does. No network; the same passages give the same scores.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from coach.textmodel import HEADS
from coach.textmodel.pieces import pieces, vocabulary

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime as ort
    from numpy.typing import NDArray

ENCODER = Path(__file__).with_name("encoder.onnx")
STRETCH = 320  # pieces that are read together
BEFORE = 80  # of which so many were read before: what stands at the beginning has its context too
LONGEST = 72  # pieces of one passage
NAME = 8  # pieces of a speaker's name and role
KEPT = 12  # passages of context at most
PAIR = 2  # neighbouring pieces that all but the first layer read as one
OPINIONS = ("yes", "sales")
"""Heads of a stretch: it holds a yes that counts; it is about selling."""
SIGNS = {"rep": "[unused1]", "notes": "[unused3]", "email": "[unused4]"}
ANYBODY = "[unused2]"


class Said(NamedTuple):
    """A passage of one clause or sentence. `kind` is `rep`, `notes`, `email` or anything else for others; `who` begins a turn."""

    text: str
    kind: str
    who: str = ""


class Seen(NamedTuple):
    """Log odds: of `HEADS` for each passage, of `OPINIONS` for each stretch."""

    passages: "NDArray[np.float32]"
    stretches: "NDArray[np.float32]"


class Stretch(NamedTuple):
    """Pieces that are read together, and (passage, first, end) of the passages that are scored in it."""

    numbers: list[int]
    scored: list[tuple[int, int, int]]


def stretches(said: Sequence[Said]) -> Iterator[Stretch]:
    """The passages in stretches, each passage scored in one of them."""
    known = vocabulary()
    signs = {kind: known[sign] for kind, sign in SIGNS.items()}
    begin, colon = known["[CLS]"], pieces(":")
    numbers, scored, past = [begin], list[tuple[int, int, int]](), list[list[int]]()
    for at, passage in enumerate(said):
        head = [signs.get(passage.kind, known[ANYBODY]), *((pieces(passage.who)[:NAME] + colon) if passage.who else ())]
        text = pieces(passage.text)[:LONGEST]
        if len(numbers) + len(head) + len(text) > STRETCH and scored:
            yield Stretch(_even(numbers), scored)
            numbers, scored = [begin, *_tail(past)], []
        first = len(numbers) + (len(head) if text else 0)
        numbers += head + text
        scored.append((at, first, len(numbers)))
        past = [*past[1 - KEPT :], head + text]
    if scored:
        yield Stretch(_even(numbers), scored)


def _even(numbers: list[int]) -> list[int]:
    """The pieces, and a sign of the end where one is missing to a pair."""
    return [*numbers, vocabulary()["[SEP]"]] if len(numbers) % PAIR else numbers


def _tail(past: Sequence[list[int]]) -> list[int]:
    """As many whole passages from the end as are read again."""
    tail: list[int] = []
    for numbers in reversed(past):
        if len(tail) + len(numbers) > BEFORE:
            break
        tail = numbers + tail
    return tail


def see(said: Sequence[Said], encoder: Path = ENCODER) -> Seen:
    """Reads all passages in their order: shapes (passages, HEADS) and (stretches, OPINIONS)."""
    import numpy as np

    parts = list(stretches(said))
    seen = Seen(np.zeros((len(said), len(HEADS)), dtype=np.float32), np.zeros((len(parts), len(OPINIONS)), dtype=np.float32))
    for part, odds in _read(parts, encoder):
        seen.stretches[part] = odds[0, len(HEADS) :]
        for passage, first, end in parts[part].scored:
            seen.passages[passage] = odds[first:end, : len(HEADS)].mean(axis=0)
    return seen


def hear(said: Sequence[tuple[Said, str]]) -> "NDArray[np.float32]":
    """Reads each passage by itself, after what was said before it: shape (passages, HEADS)."""
    import numpy as np

    heard = np.zeros((len(said), len(HEADS)), dtype=np.float32)
    parts = [list(stretches([*([Said(before, "said")] if before else []), passage]))[-1] for passage, before in said]
    for part, odds in _read(parts, ENCODER):
        _, first, end = parts[part].scored[-1]
        heard[part] = odds[first:end, : len(HEADS)].mean(axis=0)
    return heard


def _read(parts: Sequence[Stretch], encoder: Path) -> "Iterator[tuple[int, NDArray[np.float32]]]":
    """Each stretch's place, and its log odds: shape (pieces, HEADS + OPINIONS). Read side by side, each by itself."""
    from multiprocessing import parent_process

    import numpy as np

    session = _session(encoder)

    def odds(part: Stretch) -> "NDArray[np.float32]":
        of_pairs = session.run(None, {"ids": np.array([part.numbers], dtype=np.int64)})[0][0]
        return np.repeat(np.asarray(of_pairs), PAIR, axis=0)

    if len(parts) < 2 or parent_process() is not None:  # a worker's siblings have the other cores
        return enumerate(map(odds, parts))
    return enumerate(_readers().map(odds, parts))


@cache
def _readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="encoder")


@cache
def _session(encoder: Path) -> "ort.InferenceSession":
    import onnxruntime as ort

    ort.disable_telemetry_events()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # a stretch a thread is quicker than two threads a stretch
    return ort.InferenceSession(encoder, options, providers=["CPUExecutionProvider"])
