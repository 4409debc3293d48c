"""Word files -> text. In: the bytes of a DOCX. Out: its words in reading order, and which of them it hides; or an InputError.

Paragraphs become lines, in the order of the page, with those of tables, text boxes and tracked insertions; what was deleted
is gone. Hidden runs (not to be shown, white without a ground, of no size) stand on a line of their own. Sizes are
checked before anything is unpacked. Nothing outside the file is ever fetched.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from coach.conversation import Hidden
from coach.errors import InputError
from coach.readers.limits import ELEMENTS, MEMBERS, RATIO, SWOLLEN, UNPACKED
from coach.readers.markup import Text

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEALED = "EncryptedPackage".encode("utf-16-le")
PLAIN = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011"}
SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{W}pPr", f"{W}rPr", f"{W}sectPr"})
ELSE = (("xl/", "Save the sheet as CSV and bring that"), ("ppt/", "Copy the text and paste that"), ("content.xml", "Save it as .docx, or copy the text and paste that"))
"""What to do with other files that are zips, by what is in them."""
MARKS = ("vanish", "webHidden", "color", "sz", "shd", "highlight")
PALE = re.compile(r"WHITE|(?:F[C-F]){3}")
DEFAULT = ""  # the style of a paragraph that names none
DEEPEST = 20  # styles on styles
SMALLEST = 4  # half points: type of two points or less is not read by anybody

Marks = dict[str, Any]
"""Elements of Word that say how words look, by their tags."""
Styles = dict[str, Marks]


def open_office(data: bytes, name: str) -> Text:
    """The text of a Word file. Raises InputError for other Office files, sealed, broken or oversized ones."""
    if data.startswith(OLD):
        if SEALED in data:
            raise InputError(f"{name} is protected with a password. Save it without one, or copy the text and paste that.")
        raise InputError(f"{name} is an old Office file. Save it as .docx, or copy the text and paste that.")
    _check(data, name)
    import docx

    try:
        document = docx.Document(_unpacked(data, name))
        body, styles = document.element.body, _styles(document)
    except InputError:
        raise
    except Exception:  # noqa: BLE001 (python-docx and lxml raise anything for a broken file)
        raise InputError(f"{name} is a damaged Word file. Open it, save it again, or copy the text and paste that.") from None
    text = _joined(body, styles)
    if not text.words.strip():
        raise InputError(f"{name} is a Word file without text. If it shows pictures of text, type or paste the words.")
    return text


def _check(data: bytes, name: str) -> None:
    """Refuses what is no Word file or would unpack to too much, from the directory of the zip alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError, IndexError):
        raise InputError(f"{name} is a damaged zip or Office file. Open it, save it again, or copy the text and paste that.") from None
    names = {member.filename for member in members}
    if "word/document.xml" not in names:
        advice = next((advice for start, advice in ELSE if any(held.startswith(start) for held in names)), "Unpack it, and bring the files that are in it")
        raise InputError(f"{name} is a zip or Office file without a Word document in it. {advice}.")
    if len(members) > MEMBERS:
        raise InputError(f"{name} holds {len(members):,} parts; the most that is opened is {MEMBERS:,}. Copy the text and paste that.")
    unpacked = sum(member.file_size for member in members)
    swollen = any(member.file_size > SWOLLEN and member.file_size > RATIO * max(1, member.compress_size) for member in members)
    if unpacked > UNPACKED or swollen:
        raise InputError(f"{name} would unpack to {unpacked / 1e6:,.0f} MB, far more than a document holds. Copy the text and paste that.")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise InputError(f"{name} is packed in a way that no Word file is. Open it, save it again, or copy the text and paste that.")
    if any(member.flag_bits & 1 for member in members):
        raise InputError(f"{name} is protected with a password. Save it without one, or copy the text and paste that.")


def _unpacked(data: bytes, name: str) -> io.BytesIO:
    """The same file, not packed. What a member says of its size may be a lie: no more than that is unpacked of it here, and no more is left to unpack."""
    out = io.BytesIO()
    tags = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as plain:
        for member in packed.infolist():
            with packed.open(member) as part:
                words = part.read(member.file_size)
            tags += words.count(b"<") if member.filename.endswith((".xml", ".rels")) else 0
            if tags > ELEMENTS:
                raise InputError(f"{name} has more than {ELEMENTS:,} marks around its words, far more than a document has. Copy the text and paste that.")
            plain.writestr(member.filename, words)
    return out


def _styles(document: Any) -> Styles:
    """What each style by its id says of its words, with all that it builds on."""
    part = next((rel.target_part for rel in document.part.rels.values() if not rel.is_external and rel.reltype.endswith("/styles")), None)
    element = getattr(part, "element", None)
    if element is None:
        return {}
    held = {style.get(f"{W}styleId") or DEFAULT: style for style in element.iter(f"{W}style")}
    root = _marks(element.find(f"{W}docDefaults/{W}rPrDefault"))
    found: Styles = {DEFAULT: root}
    for id, style in held.items():
        chain: list[Any] = []
        while style is not None and len(chain) < DEEPEST:
            chain.append(style)
            base = style.find(f"{W}basedOn")
            style = held.get(base.get(f"{W}val")) if base is not None else None
        found[id] = {tag: mark for one in reversed(chain) for tag, mark in _marks(one).items()}
        if chain[0].get(f"{W}type") == "paragraph":
            found[id] = {**root, **found[id]}
            if chain[0].get(f"{W}default") in ("1", "true", "on"):
                found[DEFAULT] = found[id]
    return found


def _marks(element: Any) -> Marks:
    """What an element says of the words in it: of a style also what its paragraphs stand on."""
    if element is None:
        return {}
    places = [element.find(f"{W}pPr"), element.find(f"{W}rPr")]
    return {tag: mark for place in places if place is not None for tag in MARKS if (mark := place.find(f"{W}{tag}")) is not None}


def _joined(body: Any, styles: Styles) -> Text:
    out: list[str] = []
    hidden: list[Hidden] = []
    size = 0
    for seen, unseen in _paragraphs(body, styles):
        line = seen.strip("\n") + "\n"
        out.append(line)
        size += len(line)
        for words, why in unseen:
            hidden.append(Hidden(start=size, end=size + len(words), why=why))
            out += [words, "\n"]
            size += len(words) + 1
    return Text("".join(out), tuple(hidden))


def _paragraphs(body: Any, styles: Styles) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each paragraph: what is seen of it, and what is not, with the reason. Walks without recursion, so depth costs nothing."""
    seen: list[str] = []
    unseen: list[tuple[str, str]] = []
    shaded, styled = [False], [styles.get(DEFAULT, {})]
    waiting: list[tuple[Any, bool, bool]] = [(body, False, False)]
    while waiting:
        element, leaves, ground = waiting.pop()
        tag = element.tag
        if leaves:
            if ground:
                shaded.pop()
            if tag == f"{W}p":
                styled.pop()
                yield "".join(seen), [("".join(words), why) for words, why in _runs(unseen)]
                seen, unseen = [], []
            continue
        if tag in SKIPPED or not isinstance(tag, str):
            continue
        if tag == f"{W}r":
            why = _hides(element, shaded[-1], styled[-1], styles)
            words = _words(element)
            if why and words.strip():
                unseen.append((words, why))
            else:
                seen.append(words)
            waiting.extend((child, False, False) for child in reversed(element) if child.tag != f"{W}t")  # a text box may stand in a run
            continue
        ground = tag in (f"{W}p", f"{W}tc") and _is_shaded(element)
        if ground:
            shaded.append(True)
        if tag == f"{W}p" and seen:  # a text box stands inside a paragraph
            yield "".join(seen), []
            seen = []
        if tag == f"{W}p":
            styled.append(_style_of(element, styles))
        waiting.append((element, True, ground))
        waiting.extend((child, False, False) for child in reversed(element))


def _runs(unseen: list[tuple[str, str]]) -> Iterator[tuple[list[str], str]]:
    for words, why in unseen:
        yield [" ".join(words.split())], why


def _words(run: Any) -> str:
    return "".join(child.text or "" if child.tag == f"{W}t" else PLAIN.get(child.tag, "") for child in run if isinstance(child.tag, str))


def _hides(run: Any, shaded: bool, around: Marks, styles: Styles) -> str:
    """What hides the words of a run: its own marks, or those of its styles. `around` are those of its paragraph's style."""
    own = _marks(run)
    style = run.find(f"{W}rPr/{W}rStyle")
    whole = {**around, **(styles.get(style.get(f"{W}val"), {}) if style is not None else {}), **own}
    why = _why(whole, shaded)
    return why if not why or _why(own, shaded) else "set in a style that hides it"


def _style_of(paragraph: Any, styles: Styles) -> Marks:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return styles.get(style.get(f"{W}val") if style is not None else DEFAULT, styles.get(DEFAULT, {}))


def _why(marks: Marks, shaded: bool) -> str:
    """What of these marks hides words, "" if nothing does."""
    if any(_is_on(marks.get(tag)) for tag in ("vanish", "webHidden")):
        return "not to be shown"
    color, size, highlight = marks.get("color"), marks.get("sz"), marks.get("highlight")
    ground = shaded or _fills(marks.get("shd")) or (highlight is not None and highlight.get(f"{W}val") not in ("none", "white"))
    if color is not None and PALE.fullmatch(str(color.get(f"{W}val")).upper()) and not ground:
        return "white words"
    return "words of no size" if size is not None and str(size.get(f"{W}val")).isdecimal() and int(size.get(f"{W}val")) <= SMALLEST else ""


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(f"{W}val") not in ("0", "false", "off")


def _fills(shade: Any) -> bool:
    return shade is not None and str(shade.get(f"{W}fill")).upper() not in ("AUTO", "NONE", "") and not PALE.fullmatch(str(shade.get(f"{W}fill")).upper())


def _is_shaded(element: Any) -> bool:
    marks = element.find(f"{W}pPr") if element.tag == f"{W}p" else element.find(f"{W}tcPr")
    return marks is not None and _fills(marks.find(f"{W}shd"))
