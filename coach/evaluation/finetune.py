"""Fine-tunes `coach.textmodel.encoder`. In: evals/sentences, the dev cases, a base model's weights. Out: encoder.onnx, its figures printed.

    python -m coach.evaluation.finetune BASE [--without FOLD] [--to FILE]

BASE is the safetensors file of all-MiniLM-L6-v2 (Apache-2.0). `--without 0` leaves a fifth of the texts out and prints how well
it reads them. Needs torch, onnx and onnxscript; an hour on two cores. Never sees the holdout.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor
from torch.nn import functional

from coach.evaluation.marked import SENTENCE_HEADS, Row, Text
from coach.evaluation.train import Corpus, planted_rows
from coach.evaluation.transformer import Encoder, export
from coach.llm.analyst.units import said
from coach.textmodel import HEADS
from coach.textmodel.encoder import ENCODER, OPINIONS, PAIR, Said, stretches

EPOCHS = 4
AT_ONCE = 4096  # pieces in a batch
RATE = 3e-4
WARM = 0.1  # share of the steps in which the rate grows
RARE = 2.0  # what a label that holds weighs beside one that does not
OPINION = 0.5  # what the opinions weigh beside the heads, in a batch of many stretches
MANY = 12
SHUFFLED = 30  # pieces by which stretches of unlike length may share a batch
YES = {"=verbal", "=signed"}


class Example(NamedTuple):
    """A stretch with what is known of its passages and of itself: `labels` and `known` (passages, HEADS), `opinions` and `sure` (OPINIONS,)."""

    numbers: list[int]
    spans: list[tuple[int, int]]
    labels: NDArray[np.float32]
    known: NDArray[np.float32]
    opinions: NDArray[np.float32]
    sure: NDArray[np.float32]


def _heads(names: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    return np.array([[head in held for head in HEADS] for held in names], dtype=np.float32)


class Augmentation(NamedTuple):
    """How often a text is read otherwise than it stands, so that it is learned what must not count."""

    dice: np.random.Generator
    planted: Sequence[Row]
    unsided: float = 0.15  # share of the texts that are read as if nobody knew who sells
    disturbed: float = 0.15  # share into which sentences that speak to software are put

    def of(self, heard: "list[Heard]") -> "list[Heard]":
        """A text as it is read this time."""
        if self.dice.random() < self.unsided:
            heard = [_unsided(one) for one in heard]
        if self.dice.random() < self.disturbed:
            for _ in range(self.dice.integers(1, 4)):
                at = int(self.dice.integers(0, len(heard) + 1))
                kind = heard[max(0, at - 1)].passage.kind if heard else "notes"
                row = self.planted[int(self.dice.integers(len(self.planted)))]
                heard.insert(at, Heard(Said(row.text, kind), row))
        return heard


def of_text(text: Text, otherwise: Augmentation | None = None) -> list[Example]:
    """The stretches of a whole text."""
    reading = text.reading
    rows = {(row.text, row.before): row for row in text.rows if "sales" not in row.known}
    heard = [Heard(passage, rows.get((unit.text, unit.before))) for passage, unit in zip(said(reading.conversation, reading.units), reading.units, strict=True)]
    if otherwise:
        heard = otherwise.of(heard)
    selling = next((float("sales" in row.labels) for row in reversed(text.rows) if "sales" in row.known), None)
    return list(_examples(heard, selling, text.real_yes))


class Heard(NamedTuple):
    """A passage and what is known of it."""

    passage: Said
    row: Row | None


def _unsided(one: Heard) -> Heard:
    """The same where nobody knows who sells: the words of the rep are evidence for nothing then too."""
    passage, row = one
    if passage.kind in ("notes", "email"):
        return one
    if passage.kind == "rep" or (row and "sells" in row.labels):
        row = row._replace(known=row.known | SENTENCE_HEADS) if row else Row(passage.text, "", frozenset(), SENTENCE_HEADS, "")
    return Heard(passage._replace(kind="said"), row)


def _examples(heard: Sequence[Heard], selling: float | None, real_yes: bool | None) -> Iterator[Example]:
    none = frozenset[str]()
    labels = _heads([row.labels if row else none for _, row in heard])
    known = _heads([row.known if row else none for _, row in heard])
    parts = list(stretches([passage for passage, _ in heard]))
    for part in parts:
        places = [at for at, _, _ in part.scored]
        yes = any(row and row.labels & YES for row in (heard[at].row for at in places))
        opinions, sure = np.zeros(2, dtype=np.float32), np.zeros(2, dtype=np.float32)
        if selling is not None:
            opinions[1], sure[1] = selling, 1
        opinions[0] = bool(real_yes) and (yes or len(parts) == 1)
        sure[0] = real_yes is True or (real_yes is False and (part is parts[-1] or not yes)) or selling == 0
        yield Example(part.numbers, [(a, b) for _, a, b in part.scored], labels[places], known[places], opinions, sure)


def of_row(row: Row) -> Example | None:
    """A single sentence after the one before it."""
    none = np.zeros(2, dtype=np.float32)
    if "sales" in row.known:
        part = next(stretches([Said(row.text, "notes")]))
        blank = np.zeros((1, len(HEADS)), dtype=np.float32)
        return Example(part.numbers, [part.scored[0][1:]], blank, blank, np.array([0, 1], np.float32), np.array([0, 1], np.float32))
    kind = "rep" if "sells" in row.labels else "notes" if "sells" not in row.known else "said"
    passages = [*([Said(row.before, "said")] if row.before else []), Said(row.text, kind)]
    part = next(stretches(passages))
    if part.scored[-1][0] != len(passages) - 1:
        return None
    return Example(part.numbers, [part.scored[-1][1:]], _heads([row.labels]), _heads([row.known]), none, none)


def batches(examples: Sequence[Example], dice: torch.Generator | None = None) -> Iterator[list[Example]]:
    """Examples of about one length, `AT_ONCE` pieces at a time; with `dice` in another order each time."""
    noise = torch.rand(len(examples), generator=dice) * SHUFFLED if dice else torch.zeros(len(examples))
    made: list[list[Example]] = [[]]
    for at in sorted(range(len(examples)), key=lambda at: len(examples[at].numbers) + float(noise[at])):
        made[-1].append(examples[at])
        if len(made[-1]) * len(examples[at].numbers) >= AT_ONCE:
            made.append([])
    made = [batch for batch in made if batch]
    yield from (made[at] for at in (torch.randperm(len(made), generator=dice).tolist() if dice else range(len(made))))


def scores(net: Encoder, batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Log odds of the passages of a batch, and of its stretches."""
    longest = max(len(example.numbers) for example in batch)
    ids, mask = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest)
    for at, example in enumerate(batch):
        ids[at, : len(example.numbers)] = torch.tensor(example.numbers)
        mask[at, : len(example.numbers)] = 1
    with torch.autocast("cpu", torch.bfloat16):
        odds = net(ids, mask)
    odds = odds.float().repeat_interleave(PAIR, 1)
    sums = torch.cat([torch.zeros_like(odds[:, :1]), odds.cumsum(1)], 1)
    at, first, end = torch.tensor([(at, a, b) for at, example in enumerate(batch) for a, b in example.spans]).T
    return ((sums[at, end] - sums[at, first]) / (end - first).clamp(min=1)[:, None])[:, : len(HEADS)], odds[:, 0, len(HEADS) :]


def loss_of(net: Encoder, batch: Sequence[Example]) -> Tensor:
    """How far a batch is from what is known of it."""
    passages, opinions = scores(net, batch)
    labels, known = (torch.from_numpy(np.concatenate([getattr(example, name) for example in batch])) for name in ("labels", "known"))
    told, sure = (torch.from_numpy(np.stack([getattr(example, name) for example in batch])) for name in ("opinions", "sure"))
    of_heads = functional.binary_cross_entropy_with_logits(passages, labels, reduction="none", pos_weight=torch.full((len(HEADS),), RARE))
    of_opinions = functional.binary_cross_entropy_with_logits(opinions, told, reduction="none")
    share = OPINION * min(1, len(batch) / MANY)
    return (of_heads * known).sum() / len(passages) + share * (of_opinions * sure).sum() / sure.sum().clamp(min=1)


def tune(sentences: Sequence[Example], texts: Sequence[Text], base: Path) -> Encoder:
    """Learns for `EPOCHS`, the rate rising and then falling to nothing."""
    torch.manual_seed(1)
    dice, otherwise = torch.Generator().manual_seed(1), Augmentation(np.random.default_rng(1), planted_rows())
    net = Encoder(len(HEADS), len(OPINIONS))
    net.begin(load_file(base))
    learned = [weights for weights in net.parameters() if weights.requires_grad]
    dense, thin = [weights for weights in learned if weights.ndim > 1], [weights for weights in learned if weights.ndim <= 1]
    steps = torch.optim.AdamW([{"params": dense, "weight_decay": 0.01}, {"params": thin, "weight_decay": 0.0}], lr=RATE)
    start = time.monotonic()
    for epoch in range(EPOCHS):
        net.train()
        lost = []
        examples = [*sentences, *(example for text in texts for example in of_text(text, otherwise))]
        dealt = list(batches(examples, dice))
        for at, batch in enumerate(dealt):
            share = (epoch + (at + 1) / len(dealt)) / EPOCHS
            for group in steps.param_groups:
                group["lr"] = RATE * (share / WARM if share < WARM else max(0.02, (1 - share) / (1 - WARM)))
            loss = loss_of(net, batch)
            steps.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            steps.step()
            lost.append(loss.item())
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(lost):.3f}, {time.monotonic() - start:.0f} s", flush=True)
    return net


def check(net: Encoder, examples: Sequence[Example]) -> None:
    """Prints average precision of each head, and the area under the curve of each opinion."""
    net.eval()
    with torch.no_grad():
        found = [(batch, *scores(net, batch)) for batch in batches(examples)]
    known, labels = (np.concatenate([getattr(example, name) for batch, _, _ in found for example in batch]) for name in ("known", "labels"))
    passages = np.concatenate([odds.numpy() for _, odds, _ in found])
    for at, head in enumerate(HEADS):
        mine = known[:, at] > 0
        if labels[mine, at].sum() > 3:
            print(f"  {head:20} average precision {average_precision_score(labels[mine, at], passages[mine, at]):.2f}")
    sure, told = (np.stack([getattr(example, name) for batch, _, _ in found for example in batch]) for name in ("sure", "opinions"))
    opinions = np.concatenate([odds.numpy() for _, _, odds in found])
    for at, name in enumerate(OPINIONS):
        mine = sure[:, at] > 0
        print(f"  stretches, {name}: area under the curve {roc_auc_score(told[mine, at], opinions[mine, at]):.2f}")


def main() -> None:
    """The command."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("base", type=Path)
    words.add_argument("--without", type=int)
    words.add_argument("--to", type=Path, default=ENCODER)
    want = words.parse_args()
    corpus = Corpus()
    dealt = list(zip(corpus.folds, corpus.texts, strict=True))
    sentences = [example for row in corpus.rows if (example := of_row(row))]
    net = tune(sentences, [text for fold, text in dealt if fold != want.without], want.base)
    if want.without is not None:
        check(net, [example for fold, text in dealt if fold == want.without for example in of_text(text)])
    export(net, want.to)
    print(f"{want.to.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
