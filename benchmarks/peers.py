"""This product beside langextract: the same model, the same server, the same notes, one run. In: eval cases. Out: a table on standard output.

Both go through one counting proxy on loopback, so tokens are those of the server and not of anybody's own account. Evidence
is true if it is of the gold's criterion and polarity and shares at least half of the words of the shorter one; it is in place if the text
at the place that was given is, letter by letter, the words that were given.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NamedTuple

from coach.answering import CHECKED, OFFLINE
from coach.errors import AskError
from coach.evaluation.cases import EvalCase, load_cases
from coach.llm.analyst import Analyst
from coach.llm.live import openai_chat
from coach.readers import read
from coach.review import review
from coach.settings import Settings

PEER = "langextract[openai]==1.7.1"
NOTES = 10
WORDS = (200, 1_500)
SHARE = 0.5
EXAMPLE = {
    "text": "Ines likes it. Honestly, it is her brother who pays, and he has not seen it.\nThey lose two orders a week because nobody picks up the phone.",
    "found": [
        {"criterion": "authority", "polarity": "undermines", "quote": "it is her brother who pays, and he has not seen it"},
        {"criterion": "need", "polarity": "supports", "quote": "They lose two orders a week because nobody picks up the phone"},
    ],
}


class Found(NamedTuple):
    """One piece of evidence; `place` is where it was said to stand."""

    criterion: str
    polarity: str | None
    quote: str
    place: tuple[int, int] | None


class Tally(NamedTuple):
    """What the server counted."""

    read: int
    known: int
    written: int
    calls: int


class Row(NamedTuple):
    """One way of working, over all notes."""

    name: str
    seconds: float
    tally: Tally
    found: list[list[Found]]
    faults: int


class _Proxy(BaseHTTPRequestHandler):
    """Hands every request on and counts what the server says it used."""

    protocol_version = "HTTP/1.1"
    upstream: str
    total = Tally(0, 0, 0, 0)
    lock = Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = urllib.request.Request(self.upstream + self.path, body, {"content-type": "application/json", "authorization": self.headers["authorization"]})
        with urllib.request.urlopen(asked, timeout=3_600) as answer:
            text = answer.read()
        used = json.loads(text)["usage"]
        known = (used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        with _Proxy.lock:
            _Proxy.total = Tally(*(a + b for a, b in zip(_Proxy.total, (used["prompt_tokens"], known, used["completion_tokens"], 1), strict=True)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def _proxied(upstream: str) -> Iterator[str]:
    _Proxy.upstream = upstream.removesuffix("/v1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Proxy) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()


def peers(settings: Settings) -> None:
    """langextract and this product with the built-in model: seconds, tokens, evidence found, in place, and false."""
    from coach.models.known import BUILTIN, named
    from coach.models.server import Way, shared

    entry = named(BUILTIN)
    assert entry is not None
    here = settings.here
    server = shared(Way(entry, settings.weights.path(entry), here.threads, here.sleep_seconds, here.environment))
    lent = server.lend(lambda words: print(words, file=sys.stderr))
    cases = chosen(settings)
    with _proxied(lent.base_url) as base_url:
        chat = openai_chat(entry.name, lent.key, base_url, 3_600)
        chat.abreast = 1
        _ours("warm-up", settings.asker(chat), cases[:1], settings)  # the first bytes of every prompt are read once in a server's life
        rows = [
            _ours(OFFLINE, Analyst(), cases, settings),
            _ours(f"model reads ({BUILTIN})", settings.asker(chat), cases, settings),
            _ours(f"model checks ({BUILTIN}{CHECKED})", settings.checker(chat), cases, settings),
            _theirs(cases, settings, entry.name, lent.key, base_url),
        ]
    _print(rows, cases)


def chosen(settings: Settings) -> list[EvalCase]:
    """Holdout notes of the wanted length that sell something, spread evenly over the lengths: nobody here has learned from them, and only sums are shown."""
    fit = [case for case in load_cases(settings.evals / "cases", "holdout") if case.family == "base" and case.gold.sales and case.lang == "en"]
    fit = sorted((case for case in fit if WORDS[0] <= len(case.note.split()) <= WORDS[1]), key=lambda case: (len(case.note.split()), case.id))
    return [fit[at * (len(fit) - 1) // (NOTES - 1)] for at in range(NOTES)]


def _ours(name: str, ask: Any, cases: list[EvalCase], settings: Settings) -> Row:
    playbook = settings.playbook("default")
    before, start, found, faults = _Proxy.total, time.perf_counter(), list[list[Found]](), 0
    for case in cases:
        try:
            made = review(read(case.note, case.id), playbook, ask, case.as_of)
        except AskError:  # a reply that is no answer, twice: the note counts as one in which nothing was found
            found.append([])
            faults += 1
            continue
        found.append([Found(e.criterion, e.polarity, e.quote.text, (e.quote.start, e.quote.end)) for e in made.evidence if e.basis != "hope"])
    return Row(name, time.perf_counter() - start, _since(before), found, faults)


def _theirs(cases: list[EvalCase], settings: Settings, model: str, key: str, base_url: str) -> Row:
    asked = {
        "notes": [case.note for case in cases],
        "criteria": {criterion.id: criterion.good for criterion in settings.playbook("default").criteria},
        "examples": [EXAMPLE],
        "model": model,
        "key": key,
        "base_url": base_url,
    }
    before = _Proxy.total
    script = Path(__file__).with_name("peer_langextract.py")
    done = subprocess.run([_python(), str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)
    found = [[Found(f["criterion"], f["polarity"], f["quote"], f["place"] and tuple(f["place"])) for f in one["found"]] for one in results]
    return Row(f"{PEER.partition('[')[0]} 1.7.1", sum(one["seconds"] for one in results), _since(before), found, sum(bool(one["fault"]) for one in results))


def _python() -> str:
    """The Python of the peer's own environment, made on first use."""
    folder = Path(".bench") / "langextract"
    python = folder / "bin" / "python"
    if not python.is_file():
        print(f"Installing {PEER} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER], check=True)
    return str(python)


def _since(before: Tally) -> Tally:
    return Tally(*(a - b for a, b in zip(_Proxy.total, before, strict=True)))


def _is_true(one: Found, case: EvalCase) -> bool:
    gold = case.gold.criteria.get(one.criterion)
    return gold is not None and any(quote.polarity == one.polarity and _alike(quote.text, one.quote) for quote in gold.quotes)


def _alike(a: str, b: str) -> bool:
    left, right = set(a.casefold().split()), set(b.casefold().split())
    return bool(left and right) and len(left & right) >= SHARE * min(len(left), len(right))


def _print(rows: list[Row], cases: list[EvalCase]) -> None:
    gold = sum(len(criterion.quotes) for case in cases for criterion in case.gold.criteria.values())
    words = [len(case.note.split()) for case in cases]
    print(f"{len(cases)} holdout notes of {min(words)} to {max(words)} words, {gold} gold quotes")
    titles = ("seconds", "read", "known", "written", "calls", "found", "true", "gold hit", "false", "in place", "s a true")
    print(f"{'':46}" + "".join(f"{title:>9}" for title in titles))
    for row in rows:
        pairs = [(one, case) for found, case in zip(row.found, cases, strict=True) for one in found]
        true = sum(_is_true(one, case) for one, case in pairs)
        hit = sum(
            any(one.criterion == id and one.polarity == quote.polarity and _alike(quote.text, one.quote) for one in found)
            for found, case in zip(row.found, cases, strict=True)
            for id, criterion in case.gold.criteria.items()
            for quote in criterion.quotes
        )
        placed = sum(one.place is not None and case.note[slice(*one.place)] == one.quote for one, case in pairs)
        new = row.tally.read - row.tally.known
        each = f"{row.seconds / true:9.2f}" if true else f"{'-':>9}"
        counts = (new, row.tally.known, row.tally.written, row.tally.calls, len(pairs), true, hit, len(pairs) - true, placed)
        failed = f"  {row.faults} notes failed" if row.faults else ""
        print(f"{row.name:46}{row.seconds:9.1f}" + "".join(f"{count:9,}" for count in counts) + each + failed)
