"""CSV exports -> what each row holds. In: text with a header row. Out: a draft for each row, or one for a table of utterances, or [].

For HubSpot, Salesforce and other CRMs: the column of notes is read like any text, markup removed; the other columns stand
above it as "Header: value" lines, and count as summary. A table with a column of speakers and one of words is one talk.
"""

import csv
import io
import re

from coach.conversation import Hidden, Kind, Turn
from coach.readers.clock import seconds_of
from coach.readers.limits import LARGEST, ROW_CELLS, check_count
from coach.readers.markup import plain_text
from coach.readers.plain import plain_draft
from coach.readers.written import Draft, Said, clean_name, written

DELIMITERS = ",;\t|"
NOTES = re.compile(
    r"^(?:.*\b)?(?:notes?(?: body| text)?|body|description|comments?|full comments|transcript(?:ion)?|text|content|details|notizen?|notiz|beschreibung|kommentare?|bemerkung(?:en)?|inhalt|"
    r"commentaires?|descriptions?|remarques?|descripción|notas?|comentarios?|descrição|descrizione|note|commenti|omschrijving|notities|opmerkingen|beschrijving)$",
    re.IGNORECASE,
)
SUMMARY = re.compile(r"summar|zusammenfass|resum|résum|samenvatting|riassunto|\bai\b", re.IGNORECASE)
SPEAKER = re.compile(r"^(?:speaker(?:[ _]?name)?|participant|who|name|sprecher(?:in)?|orateur|hablante|spreker|interlocut\w+)$", re.IGNORECASE)
WORDS = re.compile(r"^(?:text|transcript|words?|sentence|utterance|content|message|what|dialogue|speech|texte?|texto|tekst)$", re.IGNORECASE)
START = re.compile(r"^(?:start(?:[ _]?time)?|time(?:stamp|code)?|begin|from|in|offset|zeit|beginn|début|inicio|tijd)(?: ?\(?s(?:ec(?:onds)?)?\)?)?$", re.IGNORECASE)
END = re.compile(r"^(?:end(?:[ _]?time)?|stop|to|out|ende?|fin)(?: ?\(?s(?:ec(?:onds)?)?\)?)?$", re.IGNORECASE)
TITLE = re.compile(r"^(?:.*\b)?(?:title|subject|call name|meeting name|betreff|titel|objet|titre|asunto|onderwerp|oggetto|assunto)$", re.IGNORECASE)
CRM = re.compile(r"\bid\b|record|date|datum|fecha|status|owner|assigned|duration|dauer|outcome|direction|deal|contact|kontakt|account|subject|title|type|stage|company", re.IGNORECASE)


FEWEST_COLUMNS = 3
LONGEST_HEADER = 80  # characters of one cell


def table_drafts(source: str) -> list[Draft]:
    """A draft for each row, or [] if the text is no table with a column of words."""
    text = source.lstrip("\ufeff \t\r\n")
    first = re.split(r"[\r\n]", text[:20_000], maxsplit=1)[0]
    if first.lower().startswith("sep="):  # Excel's own line
        text = text[len(first) :].lstrip("\r\n")
        first = re.split(r"[\r\n]", text[:20_000], maxsplit=1)[0]
    mark = max(DELIMITERS, key=first.count)
    if not first.count(mark) or not (NOTES.search(first) or any(NOTES.match(cell.strip(' "\ufeff')) for cell in first.split(mark))):
        return []
    csv.field_size_limit(LARGEST)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error:
        return []
    header, rows = [cell.strip(" \ufeff") for cell in rows[0]], rows[1:]
    whole = sum(len(row) == len(header) for row in rows)
    if not rows or whole * 2 < len(rows) or len(header) > ROW_CELLS or any(len(cell) > LONGEST_HEADER for cell in header):
        return []
    speaker, words = _column(header, SPEAKER), _column(header, WORDS)
    if speaker is not None and words is not None:
        return [_talk(header, rows, speaker, words)]
    notes = frozenset(at for at, cell in enumerate(header) if NOTES.match(cell))
    if not notes or len(header) < FEWEST_COLUMNS or not any(CRM.search(cell) for at, cell in enumerate(header) if at not in notes):
        return []
    check_count(len(rows), "The table")
    return [_row(header, row, notes, number) for number, row in enumerate(rows, 1)]


def _column(header: list[str], name: re.Pattern[str]) -> int | None:
    return next((at for at, cell in enumerate(header) if name.match(cell)), None)


def _cell(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _talk(header: list[str], rows: list[list[str]], speaker: int, words: int) -> Draft:
    start, end = _column(header, START), _column(header, END)
    return written(
        Said(clean_name(_cell(row, speaker)), _cell(row, words), seconds_of(_cell(row, start)), seconds_of(_cell(row, end))) for row in rows
    )


def _row(header: list[str], row: list[str], notes: frozenset[int], number: int) -> Draft:
    """One row: its fields as a heading, then its notes."""
    names = [*header, *(f"column {at + 1}" for at in range(len(header), len(row)))]
    cells = {names[at]: plain_text(cell) for at, cell in enumerate(row) if cell.strip() and at not in notes}
    title = next((text.words for name, text in cells.items() if TITLE.match(name)), "")
    source, turns, hidden = "", list[Turn](), list[Hidden]()
    kind = Kind.NOTES
    for name, text in cells.items():
        line = f"{name}: {' '.join(text.words.split())}"
        turns.append(Turn(index=len(turns), start=len(source), end=len(source) + len(line), kind=Kind.SUMMARY))
        source += line + "\n"
    for at in sorted(notes):
        if not _cell(row, at).strip():
            continue
        text = plain_text(_cell(row, at))
        inner = plain_draft(text.words, text.hidden)
        source += f"\n{names[at]}:\n" if len(notes) > 1 else "\n"
        by = len(source)
        kind = inner.kind if kind is Kind.NOTES else kind
        whole = SUMMARY.search(names[at]) is not None  # a summary by a machine
        for turn in inner.turns:
            moved = {"index": len(turns), "start": turn.start + by, "end": turn.end + by, **({"kind": Kind.SUMMARY} if whole else {})}
            turns.append(turn.model_copy(update=moved))
        hidden += [span.model_copy(update={"start": span.start + by, "end": span.end + by}) for span in inner.hidden]
        source += inner.source + "\n"
    return Draft(source, kind, turns, hidden=tuple(hidden), title=" ".join(title.split())[:120] or f"row {number}")
