"""Example findings in a prompt, held against the example lines above them. In: a template's text. Out: findings.

A model copies what it is shown: an example whose quote is not, letter by letter, in the line that it cites teaches it to be
thrown out. Lines are `L0 rep Sam: words`; a finding is a JSON object on a line of its own that begins with `{"line"`. They are
grounded by the code that grounds a model's quotes.
"""

import json
import re
from collections.abc import Iterator

from coach.conversation import Conversation, Kind, Side, Turn
from coach.grounding import Grounder
from coach.lab.finding import Finding

LINE = re.compile(r"^L(?P<number>\d+) (?P<side>rep|prospect|unknown) (?P<name>[^:\n]{1,60}): (?P<words>.+)$")
FINDING = '{"line"'


def quotes(file: str, text: str) -> Iterator[Finding]:
    """What is wrong with the examples of one template."""
    turns: list[Turn] = []
    source = ""
    found: list[tuple[int, str]] = []
    for at, line in enumerate(text.splitlines(), 1):
        if said := LINE.match(line):
            if int(said["number"]) != len(turns):
                yield Finding(file=file, line=at, kind="error", says=f"this example line should be L{len(turns)}: lines are counted from L0 without a gap.")
            end = len(source) + len(said["words"])
            turns.append(Turn(index=len(turns), start=len(source), end=end, speaker=said["name"], side=Side(said["side"]), kind=Kind.TRANSCRIPT))
            source += said["words"] + "\n"
        elif line.startswith(FINDING):
            found.append((at, line))
    if not turns:
        return
    grounder = Grounder(Conversation(source=source, kind=Kind.TRANSCRIPT, turns=tuple(turns)))
    for at, line in found:
        if fault := _fault(line, grounder):
            yield Finding(file=file, line=at, kind="error", says=fault)


def _fault(line: str, grounder: Grounder) -> str | None:
    try:
        held = json.loads(line)
        number, words = held["line"], held["quote"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "this example is no JSON object with line and quote. Write it as the ones in prompts/default."
    if not isinstance(number, int) or not isinstance(words, str):
        return "this example needs a number as line and text in quotes as quote."
    quote = grounder.testimony(number, words)
    if isinstance(quote, str):
        return f"this example would be thrown out: {quote}. Copy the words from line L{number}, letter by letter."
    if quote.turn != number:
        return f"these words stand in L{quote.turn}, not in L{number}. Mend the number."
    if quote.text != words:
        return f"the example does not copy its line letter by letter: there it is “{quote.text}”."
    return None
