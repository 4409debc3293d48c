"""Words that stay words. In: text of a note or a model. Out: one line that nothing it is pasted into will act on.

Characters that nobody sees are dropped, because they hide or turn round what stands beside them. A link is broken with a
space one can see and not with an escape: GitHub and others look for links after they have taken the escapes out. Never
shortens and never rewords.
"""

import re
import unicodedata

from coach.grounding import JOINERS

UNSEEN = ("Cc", "Cf", "Cs")
LINKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/(?=/)"), "/ "),  # http://host, ftp://host, //host
    (re.compile(r"@(?=\S)"), "@ "),  # name@host, @name
    (re.compile(r"(www)\.", re.IGNORECASE), r"\1 ."),
    (re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})"), " ."),  # host.com
)
MARKUP = re.compile(r"[\\`*_{}\[\]#|~]|\$(?!\d)")
ENTITIES = (("&", "&amp;"), ("<", "&lt;"))  # first: what they put in holds "&" and nothing else that is escaped
OPENS_BLOCK = re.compile(r"^(\d*)(?=[>+\-=:.)])")
ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that a terminal acts on, or that turn round or break the line they stand in."""
FORMULA = re.compile(r"(^|;\s*)(?=[=+\-@＝＋－＠])")  # also after ";": where that is the separator a new cell begins there


def folded(text: str) -> str:
    """The text on one line, without characters that nobody sees."""
    seen = "".join(char for char in text if char.isspace() or char in JOINERS or unicodedata.category(char) not in UNSEEN)
    return " ".join(seen.split())


def plain_json(text: str) -> str:
    """The same JSON, with characters that a terminal would act on written as escapes."""
    return ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def unlinked(text: str) -> str:
    """The text on one line, with every address broken by a space."""
    line = folded(text)
    for link, broken in LINKS:
        line = link.sub(broken, line)
    return line


def escaped(text: str) -> str:
    """Markdown that shows `unlinked(text)` wherever it stands in a line or a table cell."""
    line = unlinked(text)
    for char, entity in ENTITIES:
        line = line.replace(char, entity)
    return OPENS_BLOCK.sub(r"\1\\", MARKUP.sub(r"\\\g<0>", line), count=1)


def cell(text: str) -> str:
    """The text on one line, as a spreadsheet cell that is no formula."""
    return FORMULA.sub(r"\1'", folded(text))
