"""Notes -> turns. In: text that a rep typed or dictated. Out: a turn for each sentence or line, plans marked as plans.

A line that names a prospect as its speaker ("Dana: we have 40k") stays one the rep wrote down: what it is worth is
decided in `coach.grounding`. Never leaves a line out.
"""

import re

from coach.conversation import Kind, Turn
from coach.sentences import sentences

PLAN = re.compile(
    r"^\W*(?:(?:my |our |the )?(?:call |meeting |visit |pre[- ]?call |pre[- ]?meeting )?(?:plan|prep(?:aration)?|agenda|goals?|objectives?|aims?)(?: for (?:the |this |today'?s? ?|tomorrow'?s? ?)?\w*(?: \w+)?)?|pre[- ]?(?:call|meeting|visit)(?: \w+)?|before (?:the |i )?(?:call|meeting|visit|go\w*)(?: \w+)?|"
    r"(?:things |questions? )(?:i want )?to (?:ask|cover|raise|get)(?: \w+)?|to[- ]?do (?:on|in|for) (?:the )?(?:call|meeting|visit)|talking points|call script|desired outcome|vorbereitung|voorbereiding|préparation|plan de llamada)\b[^.!?]{0,50}?(?:[:\-–—]|\)?\s*$)",
    re.IGNORECASE,
)
HEADING = re.compile(
    r"^\W*(?:(?:call |meeting |visit |actual |my |post[- ]?call |site )?notes?|after(?: the| my)? (?:call|meeting|visit)|after|during|what (?:actually )?happened|how it went|debrief|outcome|result|actual(?:ly)?|on the (?:call|day)|then|post[- ]?(?:call|meeting|visit)|(?:the )?call|(?:the )?(?:meeting|visit)|recap|follow[- ]?up|transcript|nach dem \w+|verslag|compte rendu)\b[^.!?]{0,50}?(?:[:\-–—=]|\)?\s*$)",
    re.IGNORECASE,
)
PAST = re.compile(r"\b(?:said|says|told|asked|was|were|had|went|came|showed|wants?|signed|gave|got|met|rang|called|liked|did|turned out|goes)\b", re.IGNORECASE)
"""Words of a report: what follows a plan after an empty line, or a plan of one line, and speaks so was not planned."""
BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)]|\[[ x]?\])\s")
RULE = re.compile(r"^\s*([-=_*~#])\1{2,}\s*$")
BARE = re.compile(r"^\s*(?:#{1,6}\s.{1,60}|[\w /&'’-]{2,40}:)\s*$")  # a heading, or a field without a value
FEW = 5  # words of a heading in capitals
OUTCOME = re.compile(
    r"^\W*(?:outcome|result|status|disposition|deal stage|stage|forecast|ai summary|summary|call summary|key takeaways|sentiment|call score|win probability|probability)\b[^:=]{0,20}[:=]",
    re.IGNORECASE,
)
TOLD = re.compile(
    r"^\W*(?i:outcome|result|status)\W+(?:(?i:she|he|they)\b|(?:[A-ZÀ-Þ][\w'’-]*\W+){1,3}(?i:said|says|told|asked|wants?|signed|gave|rang|called|paid|ordered|agreed|refused|cancelled|confirmed|decided)\b)",
)
"""A field in which the rep tells what somebody did: a report as good as any line of notes."""


ADDED = re.compile(r"^\W*(?:transcribed by (?:https?://|otter)|(?:subtitles?|captions?|transcription|transcript) (?:by|provided by|powered by) |untertitel (?:der|von|im auftrag)|sous-titres? (?:réalisés|par) |subtítulos (?:por|realizados))", re.IGNORECASE)
"""Lines that speech recognition and its services add: nobody said them."""


def note_turns(source: str) -> list[Turn]:
    """A turn for each sentence."""
    turns: list[Turn] = []
    kind = Kind.NOTES
    last, field = 0, False  # whether the plan stands on the line that announces it
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", source):
        text = line.group()
        gap = source[last : line.start()].count("\n") > 1  # an empty line stands before this one
        last = line.end()
        if not text.strip() or RULE.match(text):
            kind = Kind.NOTES if RULE.match(text) else kind
        elif found := PLAN.match(text):
            kind, field = Kind.PLAN, bool(text[found.end() :].strip())
        elif HEADING.match(text) or (kind is Kind.PLAN and (gap or field) and PAST.search(text) and not BULLET.match(text)):
            kind = Kind.NOTES
        heading = kind is Kind.NOTES and ((OUTCOME.match(text) and not TOLD.match(text)) or (text.strip().isupper() and len(text.split()) <= FEW) or BARE.match(text))
        worth = Kind.SUMMARY if heading else kind
        for a, b in sentences(source, line.start(), line.end()):
            turns.append(Turn(index=len(turns), start=a, end=b, kind=Kind.SUMMARY if ADDED.match(source[a : a + 60]) else worth))
    if any(turn.kind is Kind.NOTES for turn in turns):
        return turns
    return [turn.model_copy(update={"kind": Kind.NOTES}) if _reports(turn, source) else turn for turn in turns]


def _reports(turn: Turn, source: str) -> bool:
    """Whether a line of a text that seems all plan tells what happened: a plan does not speak so."""
    return turn.kind is Kind.PLAN and PAST.search(source, turn.start, turn.end) is not None
