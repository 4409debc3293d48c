"""Several files at once: what was brought, what became of each, and in which order it is shown.

In: names and bytes of files, and what they are to be reviewed with. Out: rows, each a finished review or a sentence. A file
that cannot be read is a row like any other, and the rest go on. Draws nothing; all of it lives in one browser session.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from coach.advice import NoAdvice
from coach.answering import OFFLINE
from coach.errors import AskError, CoachError, InputError
from coach.grounding import Quote
from coach.pages.session import Done, trouble
from coach.render.wording import whose
from coach.settings import Settings
from coach.verdict import RULES

if TYPE_CHECKING:
    from coach.llm.budget import Purse

MOST_FILES = 200
LARGEST_FILE = 10_000_000  # bytes; the widget's own limit is in .streamlit/config.toml, and is no promise
ABREAST = 4  # files that a live model is asked about at once
LIMITS = f"Up to {MOST_FILES} files, {LARGEST_FILE // 1_000_000} MB each. Text, captions, Word, PDF with text, mail, exports of recorders and CRMs."


class Brought(NamedTuple):
    """A file as it was brought. `refused` says why it is not looked at, "" if it is."""

    name: str
    data: bytes
    refused: str = ""


class Row(NamedTuple):
    """What became of one conversation: a review, or the sentence that says why there is none."""

    name: str
    done: Done | None = None
    error: str = ""
    retry: Brought | None = None


class Inbox(NamedTuple):
    """Everything that was brought: rows for what is done, files for what is not. `stopped`: the rep said so.

    All of it is paid from one purse, also what is gone on with later.
    """

    model: str
    playbook: str
    today: date
    todo: tuple[Brought, ...]
    rows: tuple[Row, ...] = ()
    stopped: bool = False
    purse: "Purse | None" = None

    @property
    def failed(self) -> tuple[Row, ...]:
        """Rows on which a model failed, so that the offline analyst could still do them."""
        return tuple(row for row in self.rows if row.retry) if self.model != OFFLINE else ()

    def with_row(self, at: int, done: Done) -> "Inbox":
        """The same with another review in that row."""
        return self._replace(rows=(*self.rows[:at], self.rows[at]._replace(done=done), *self.rows[at + 1 :]))


def accepted(files: Iterable[tuple[str, int, Callable[[], bytes]]]) -> tuple[Brought, ...]:
    """Files by name, size in bytes and how to get at them. Hidden ones are left alone; what is over a limit is named, and its bytes are not taken."""
    from coach.batch import printable

    brought: list[Brought] = []
    for name, size, data in files:
        if any(part.startswith(".") for part in name.replace("\\", "/").split("/")):
            continue
        refused = ""
        if len(brought) >= MOST_FILES:
            refused = f"More than {MOST_FILES} files at once. Bring this one in the next lot."
        elif size > LARGEST_FILE:
            refused = f"Larger than {LARGEST_FILE // 1_000_000} MB. Export the transcript alone and bring that."
        brought.append(Brought(printable(name), b"" if refused else data(), refused))
    return tuple(brought)


def paid(settings: Settings, inbox: Inbox) -> Inbox:
    """The same with the purse that all of it is paid from, if there are limits."""
    return inbox if inbox.purse else inbox._replace(purse=settings.purse())


def work(settings: Settings, inbox: Inbox) -> Iterator[tuple[Row, ...]]:
    """Rows for each file that is left, in order, as they come."""
    if inbox.model == OFFLINE or len(inbox.todo) < 2:
        for file in inbox.todo:
            yield rows_of(settings, inbox, file)
        return
    pool = ThreadPoolExecutor(ABREAST)
    try:
        yield from pool.map(lambda file: rows_of(settings, inbox, file), inbox.todo)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def rows_of(settings: Settings, inbox: Inbox, file: Brought) -> tuple[Row, ...]:
    """The rows of one file: one for each conversation in it."""
    from coach.readers import read_all
    from coach.review import review

    rows: list[Row] = []
    name = file.name
    try:
        if file.refused:
            raise InputError(file.refused)
        playbook, ask = settings.playbook(inbox.playbook), settings.ask(inbox.model, inbox.purse)
        for conversation in read_all(file.data, file.name):
            name = conversation.name
            done = Done(review(conversation, playbook, ask, inbox.today), conversation, playbook, inbox.model)
            rows.append(Row(name, done))
    except CoachError as error:
        said = trouble(error, offline=inbox.model == OFFLINE)
        rows.append(Row(name, error=f"{said.heading} {said.message}", retry=file if isinstance(error, AskError) else None))
    return tuple(rows)


def _yes_first(row: Row) -> tuple[int, int]:
    if row.done is None:
        return len(ORDER) + 1, 0
    verdict = row.done.review.verdict
    return -ORDER.get(verdict.rule, 0) + (len(ORDER) if not row.done.review.sales else 0), 0


def _worst_first(row: Row) -> tuple[int, int]:
    if row.done is None:
        return len(ORDER) + 1, 0
    return ORDER.get(row.done.review.verdict.rule, 0) + (len(ORDER) if not row.done.review.sales else 0), 0


ORDER = {rule.id: at for at, rule in enumerate(RULES)}
"""How much of a yes a rule leaves: the table of rules takes away from the top and grants at the bottom."""
SORTS: dict[str, Callable[[Row], tuple[int, int]]] = {"Real yes first": _yes_first, "Worst first": _worst_first}


def table(inbox: Inbox, sort: str) -> list[dict[str, object]]:
    """What the table draws: plain texts. `at` is the row's place in the inbox. Files that could not be read come last."""
    order = sorted(range(len(inbox.rows)), key=lambda at: SORTS[sort](inbox.rows[at]))
    return [{"at": at, **_drawn(inbox.rows[at])} for at in order]


def _drawn(row: Row) -> dict[str, object]:
    if row.done is None:
        return {"name": row.name, "tone": "failed", "headline": "Not reviewed.", "quote": "", "who": "", "first": row.error, "opens": False}
    made, conversation = row.done.review, row.done.conversation
    verdict = made.verdict
    quote: Quote | None = verdict.for_ if verdict.stage == 2 else verdict.against or verdict.for_
    tone = "nothing" if not made.sales else "unsure" if verdict.undetermined else f"stage{verdict.stage}"
    return {
        "name": row.name,
        "tone": tone,
        "headline": verdict.headline,
        "quote": quote.text if quote and made.sales else "",
        "who": whose(quote, conversation) if quote and made.sales else "",
        "first": made.advice.first if not isinstance(made.advice, NoAdvice) else verdict.would_change,
        "opens": True,
    }
