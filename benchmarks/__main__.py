"""Times the product. In: nothing, or the names of the tables wanted. Out: tables on standard output.

    ./run bench            all of it
    ./run bench length     seconds of an offline review by length of the text
    ./run bench overhead   the pipeline's own time beside a model that takes a fixed time
    ./run bench throughput 200 reviews, 16 at once, against a server that takes a fixed time
    ./run bench peers      langextract and this product, the same model and notes; first `./run model pull`
    ./run bench folder     seconds of `coach review` on a folder, with one job and with one a core
    ./run bench prompts    share of prompt bytes that the requests of one review have in common
    ./run bench reading    seconds to read a file of each family of formats, by length
    ./run bench fuzz       five thousand damaged files; more with python -m benchmarks.fuzz --files N
    ./run bench startup    seconds until the command line and the page answer
    ./run bench evals      seconds and peak memory of eval runs, from 50 to 2,000 cases, and of a replay
    ./run bench redaction  what redaction takes for somebody's in the dev notes, and how many verdicts redact mode changes
    ./run bench lint       seconds of work until the findings on a prompt set and on a playbook are there
"""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import fuzz
from benchmarks.evals import evals
from benchmarks.reading import reading
from benchmarks.redaction import redaction
from coach.answering import REPLIES
from coach.llm.analyst import Analyst
from coach.prompting import PromptSet
from coach.readers import read
from coach.review import review
from coach.settings import Settings, cores, load

TODAY = date(2026, 5, 12)
ROUNDS = 5
ONE_LINE = (125_000, 250_000, 500_000, 1_000_000)  # characters
LENGTHS = (100, 1_000, 5_000, 13_000, 26_000, 52_000)


def talk(words: int) -> str:
    """A transcript of about that many words, made of the shipped examples over and over."""
    lines = [line for _, text in load().examples() for line in text.splitlines() if ": " in line]
    out: list[str] = []
    size = at = 0
    while size < words:
        out.append(lines[at % len(lines)])
        size += len(out[-1].split())
        at += 1
    return "\n".join(out)


def timed(work: Callable[[], object]) -> float:
    """Median seconds of `ROUNDS` runs."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def length(settings: Settings) -> None:
    """Seconds of an offline review by length, reading included."""
    playbook = settings.playbook("default")
    review(read(talk(200)), playbook, Analyst(), TODAY)  # loads the weights
    print(f"{'words':>8} {'characters':>11} {'seconds':>8} {'seconds per 1,000 words':>24}")
    for words in LENGTHS:
        text = talk(words)
        seconds = timed(lambda text=text: review(read(text), playbook, Analyst(), TODAY))  # type: ignore[misc]
        print(f"{words:8,} {len(text):11,} {seconds:8.3f} {seconds / words * 1000:24.4f}")
    print("all on one line:")
    for characters in ONE_LINE:
        text = talk(characters // 4).replace("\n", " ")[:characters]
        start = time.perf_counter()
        review(read(text), playbook, Analyst(), TODAY)
        seconds, words = time.perf_counter() - start, len(text.split())
        print(f"{words:8,} {characters:11,} {seconds:8.3f} {seconds / words * 1000:24.4f}")


FOLDER = ((60, 400), (20, 2_000), (3, 20_000))
"""How many files of how many words: a quarter's calls and three long meetings."""


def folder(_: Settings) -> None:
    """Seconds of `coach review FOLDER` by the offline analyst, starting included."""
    command = [sys.executable, "-m", "coach.cli", "review", "--model", "offline"]
    with TemporaryDirectory() as made:
        for count, words in FOLDER:
            text = talk(words)
            for at in range(count):
                Path(made, f"{words}-{at}.txt").write_text(text, encoding="utf-8")
        files = [path.stat().st_size for path in Path(made).iterdir()]
        print(f"{len(files)} files, {sum(count * words for count, words in FOLDER):,} words, {sum(files):,} bytes")
        print(f"{'jobs':>8} {'seconds':>8} {'files a second':>15}")
        for jobs in sorted({1, cores()}):
            start = time.perf_counter()
            subprocess.run([*command, made, "--jobs", str(jobs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            seconds = time.perf_counter() - start
            print(f"{jobs:8} {seconds:8.2f} {len(files) / seconds:15.1f}")


def overhead(settings: Settings) -> None:
    """Share of a review that is not the model's own time: replies of the offline analyst, told as JSON by a chat that waits."""
    from benchmarks.waiting import WaitingChat
    from coach.llm.asker import Asker

    prompts = PromptSet(settings.prompt_folder(settings.prompt_set))
    playbook = settings.playbook("default")
    print(f"{'words':>8} {'model s':>8} {'total s':>8} {'overhead':>9}")
    for words in (200, 1_000, 5_000):
        conversation = read(talk(words))
        chat = WaitingChat(conversation, playbook, TODAY, seconds=1.0)
        start = time.perf_counter()
        review(conversation, playbook, Asker(chat, prompts, REPLIES), TODAY)
        total = time.perf_counter() - start
        print(f"{words:8,} {chat.waited:8.2f} {total:8.2f} {(total - chat.waited) / total:9.1%}")


def prompts(settings: Settings) -> None:
    """Bytes that all requests of one review begin with, against the mean length of a request."""
    from benchmarks.waiting import WaitingChat
    from coach.llm.asker import Asker

    playbook = settings.playbook("default")
    print(f"{'words':>8} {'requests':>9} {'mean bytes':>11} {'common':>8} {'share':>7}")
    for words in (200, 1_000, 5_000):
        conversation = read(talk(words))
        chat = WaitingChat(conversation, playbook, TODAY, seconds=0)
        review(conversation, playbook, Asker(chat, PromptSet(settings.prompt_folder(settings.prompt_set)), REPLIES), TODAY)
        sent = ["\0".join(m.content for m in s.messages[:2]).encode() for s in chat.sent]
        common = next((at for at, same in enumerate(zip(*sent, strict=False)) if len(set(same)) > 1), min(map(len, sent)))
        mean = sum(map(len, sent)) / len(sent)
        print(f"{words:8,} {len(sent):9} {mean:11,.0f} {common:8,} {common / mean:7.1%}")


def startup(_: Settings) -> None:
    """Seconds until `coach --help`, a first review and the page's server answer."""
    here = Path(__file__).parents[1]
    coach = [sys.executable, "-m", "coach.cli"]
    note = str(here / "prompts" / "examples" / "1-hope.txt")
    print(f"coach --help                {timed(lambda: subprocess.run([*coach, '--help'], capture_output=True, check=True)):.2f} s")
    print(f"coach review, a short note  {timed(lambda: subprocess.run([*coach, 'review', note, '--model', 'offline'], capture_output=True, check=True)):.2f} s")
    print(f"page: launch to healthy     {_healthy(here):.2f} s")


def _healthy(here: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    with subprocess.Popen(command, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while time.perf_counter() - start < 60:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                        return time.perf_counter() - start
                except (urllib.error.URLError, OSError):
                    time.sleep(0.02)
        finally:
            server.terminate()
    return float("nan")


def broken(_: Settings) -> None:
    """Damaged files: how many are read, how many refused, the slowest and the memory."""
    fuzz.run(5_000, seed=1)


def throughput(settings: Settings) -> None:
    """Many reviews at once against a server that takes a fixed time: seconds, share of the ideal, memory."""
    from benchmarks.throughput import throughput as measure

    measure(settings, read(talk(200)), TODAY)


def peers(settings: Settings) -> None:
    """This product and langextract with the built-in model, the same notes: seconds, tokens, evidence. Needs `coach model pull`."""
    from benchmarks.peers import peers as measure

    measure(settings)
def lint(settings: Settings) -> None:
    """Seconds of work for the findings on a prompt set, by length of one template, and on each playbook."""
    from coach.lab.checked import look, playbook
    from coach.lab.owned import texts
    from coach.lab.prompts import lint as findings

    files = texts(settings, "prompt set", "default")
    for characters in (1_000, 15_000, 30_000, 59_000):
        changed = {**files, "extract.j2": ("{{ today }} {{ kind }} words\n" * (characters // 30)) + files["extract.j2"]}
        findings(look(settings, files))
        start = time.process_time()
        findings(look(settings, changed))
        print(f"extract.j2 of {len(changed['extract.j2']):6,} characters {time.process_time() - start:6.2f} s")
    for id in settings.playbooks():
        start = time.process_time()
        playbook(settings, id)
        print(f"playbook {id:12} {time.process_time() - start:6.2f} s")


TABLES: dict[str, Callable[[Settings], None]] = {
    "length": length,
    "folder": folder,
    "reading": reading,
    "fuzz": broken,
    "overhead": overhead,
    "throughput": throughput,
    "peers": peers,
    "prompts": prompts,
    "startup": startup,
    "lint": lint,
    "evals": evals,
    "redaction": redaction,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        if name not in TABLES:
            sys.exit(f"No table {name}. There are: {', '.join(TABLES)}.")
        print(f"\n{name}: {(TABLES[name].__doc__ or '').splitlines()[0]}")
        TABLES[name](load())
