"""HTML of CRM cells and e-mails -> text. In: markup. Out: the words as a browser would show them, and what it would hide.

Entities become characters, blocks become lines, tags go. Words that a browser does not show (comments, hidden elements,
white or tiny type) stand on lines of their own and are listed as hidden. Text that is no markup passes as it is.
"""

import html
import re
from html.parser import HTMLParser
from typing import NamedTuple

from coach.conversation import Hidden
from coach.readers.hidden import COMMENT

LOOKS_SO = re.compile(r"<(?:!doctype|/?(?:html|body|div|p|br|span|ul|ol|li|table|tr|td|b|i|u|strong|em|a|font|h[1-6]|blockquote)\b)[^<>]*>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp|[a-z]{2,8});", re.IGNORECASE)
BLOCKS = frozenset("p div br li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote pre section article hr dd dt header footer".split())
CELLS = frozenset("td th".split())
SILENT = frozenset("script style title".split())
UNSEEN = frozenset("template noscript noframes iframe canvas video audio datalist".split())
"""Elements whose words a browser keeps for itself, or shows only where it cannot show something else."""
EMPTY = frozenset("br hr img input meta link area base col embed source track wbr".split())
UNSHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0*(?:\.\d+)?(?:[01]?(?:px|pt|em|rem|%)?)\s*(?:;|$|!)|opacity\s*:\s*(?:0+|0*\.0\d*)%?\s*(?:;|$|!)|mso-hide\s*:\s*all|"
    r"(?<![-\w])color\s*:\s*(?:#fff\b|#(?:f[c-f]){3}\b|white\b|transparent\b|rgba?\((?:\s*25[2-5]\s*,){2}\s*25[2-5])",
    re.IGNORECASE,
)
BACKGROUND = re.compile(r"background", re.IGNORECASE)
CSS_COMMENT = re.compile(r"/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)")
CSS_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)


PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body|div|p|span|ul|ol|table|h[1-6])\b[^<>]*>", re.IGNORECASE)
"""How a text begins that is markup as a whole."""


class Text(NamedTuple):
    """Words taken out of a container, and which of them it hides."""

    words: str
    hidden: tuple[Hidden, ...] = ()


def plain_text(markup: str) -> Text:
    """The text of markup; other text comes back as it is, but for entities that are plainly entities."""
    if not LOOKS_SO.search(markup):
        return Text(html.unescape(markup) if ENTITY.search(markup) else markup)
    page = _Page()
    page.feed(_ended(markup))
    page.close()
    return page.text()


def _ended(markup: str) -> str:
    """The same with an end for what has none: a comment ends with the text, as in a browser, and half a tag is text.

    The parser would look for each of those ends through all that follows.
    """
    if markup.find("<!--", markup.rfind("-->") + 1) >= 0:
        markup += "-->"
    last = markup.rfind(">") + 1
    return markup[:last] + markup[last:].replace("<", "&lt;")


class _Page(HTMLParser):
    """Collects lines, and the hidden words of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[tuple[str, str]] = []  # text, and what hides it
        self._open: list[tuple[str, str]] = []  # element, and what hides its words
        self._late: list[tuple[str, str]] = []  # hidden words wait for the end of their line

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._breaks(tag)
        if tag == "li":
            self._parts.append(("- ", ""))
        if tag not in EMPTY:
            self._open.append((tag, self._why() or _hides(tag, dict(attrs))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # the slash means nothing in HTML: what follows is still inside

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        return self.parse_bogus_comment(i, report)  # as browsers take it; the parser of old SGML gives up on a name it does not know

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 50), -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                break
        if tag in BLOCKS:
            self._breaks(tag)

    def handle_data(self, data: str) -> None:
        if why := self._why():
            self._late.append((" ".join(data.split()), why))
        elif any(tag == "pre" for tag, _ in self._open[-5:]):
            self._parts.append((data, ""))
        else:
            self._parts.append((re.sub(r"[ \t\r\n\f]+", " ", data), ""))

    def handle_comment(self, data: str) -> None:
        self._late.append((" ".join(data.split()), COMMENT))

    def _why(self) -> str:
        return self._open[-1][1] if self._open else ""

    def _breaks(self, tag: str) -> None:
        if tag in CELLS:
            self._parts.append(("\t", ""))
        if tag not in BLOCKS:
            return
        self._parts.append(("\n", ""))
        for words, why in self._late:
            if words and why != SILENCE:
                self._parts += [(words, why), ("\n", "")]
        self._late = []

    def text(self) -> Text:
        self._breaks("br")
        out: list[str] = []
        hidden: list[Hidden] = []
        at, fresh = 0, True
        for words, why in self._parts:
            words = words.lstrip(" ") if fresh and not why else words
            if not words or (words == "\n" and ((fresh and out[-2:] == ["\n", "\n"]) or not out)):
                continue
            if why:
                hidden.append(Hidden(start=at, end=at + len(words), why=why))
            out.append(words)
            at += len(words)
            fresh = words.endswith("\n")
        return Text("".join(out).rstrip("\n"), tuple(hidden))


SILENCE = "a program or a style"


def _hides(tag: str, attrs: dict[str, str | None]) -> str:
    style = _plain_style(attrs.get("style") or "")
    if tag in SILENT:
        return SILENCE
    if tag in UNSEEN or "hidden" in attrs or (UNSHOWN.search(style) and not ("color" in style and BACKGROUND.search(style) and not re.search(r"display|visib|size|opacity|mso", style))):
        return "words that the page hides"
    return "white words" if tag == "font" and (attrs.get("color") or "").lower() in ("white", "#fff", "#ffffff") else ""


def _plain_style(style: str) -> str:
    """A style without comments and escapes, so that what it says is what is read."""

    def char(found: re.Match[str]) -> str:
        return chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else found[2]

    return CSS_ESCAPE.sub(char, CSS_COMMENT.sub("", style))
