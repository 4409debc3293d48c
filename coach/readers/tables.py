"""CSV exports -> what each row holds. In: text with a header row. Out: a draft for each row, or one for a table of utterances, or [].

For HubSpot, Salesforce and other CRMs: the column of notes is read like any text, markup removed; the other columns stand
above it as "Header: value" lines, and count as summary. A table with a column of speakers and one of words is one talk.
"""

import csv
import io
import re

from coach.conversation import Kind
from coach.readers.clock import seconds_of
from coach.readers.limits import LARGEST, ROW_CELLS, check_count
from coach.readers.markup import plain_text
from coach.readers.plain import plain_draft
from coach.readers.written import Draft, Said, clean_name, under, written

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
    if words is not None and (speaker is not None or (_column(header, START) is not None and len(header) <= FEWEST_COLUMNS)):
        return [_talk(header, rows, speaker, words)]
    notes = frozenset(at for at, cell in enumerate(header) if NOTES.match(cell))
    if not notes or len(header) < FEWEST_COLUMNS or not any(CRM.search(cell) for at, cell in enumerate(header) if at not in notes):
        return []
    check_count(len(rows), "The table")
    return [_row(header, row, notes, number, mark) for number, row in enumerate(rows, 1)]


def _column(header: list[str], name: re.Pattern[str]) -> int | None:
    return next((at for at, cell in enumerate(header) if name.match(cell)), None)


def _cell(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _talk(header: list[str], rows: list[list[str]], speaker: int | None, words: int) -> Draft:
    start, end = _column(header, START), _column(header, END)
    unit = 0.001 if header == ["start", "end", "text"] else 1.0  # Whisper's table counts milliseconds
    return written(
        Said(clean_name(_cell(row, speaker)), _cell(row, words), seconds_of(_cell(row, start), unit), seconds_of(_cell(row, end), unit)) for row in rows
    )


def _row(header: list[str], row: list[str], notes: frozenset[int], number: int, mark: str) -> Draft:
    """One row: its fields as a heading, then its notes."""
    if len(notes) == 1 and (more := len(row) - len(header)) > 0:  # the note holds the separator, without quotes round it
        at = min(notes)
        row = [*row[:at], mark.join(row[at : at + more + 1]), *row[at + more + 1 :]]
    names = [*header, *(f"column {at + 1}" for at in range(len(header), len(row)))]
    cells = {names[at]: plain_text(cell) for at, cell in enumerate(row) if cell.strip() and at not in notes}
    title = next((text.words for name, text in cells.items() if TITLE.match(name)), "")
    inner: list[Draft] = []
    for at in sorted(notes):
        if not _cell(row, at).strip():
            continue
        text = plain_text(_cell(row, at))
        draft = plain_draft(text.words, text.hidden)
        if SUMMARY.search(names[at]):  # by a machine
            draft = draft._replace(kind=Kind.NOTES, turns=[turn.model_copy(update={"kind": Kind.SUMMARY}) for turn in draft.turns])
        inner.append(under([f"{names[at]}:"], [draft]) if len(notes) > 1 else draft)
    heading = [f"{name}: {' '.join(text.words.split())}" for name, text in cells.items()]
    return under(heading, inner, " ".join(title.split())[:LONGEST_HEADER] or f"row {number}")
