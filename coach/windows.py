"""A long text in windows. In: a Conversation and how much one request may hold. Out: Windows that together hold every turn.

A window is a run of whole turns. The next one begins a few turns before the last one ended, so that words on a border
stand whole, with what was said around them, in one of the two. A turn that is too long for that is cut at the end of a
sentence. Tokens are estimated, not counted: a quarter of one for each ASCII character, a whole one for each other, and a
few for each line's id and side. English comes out a little high, which is the safe side. Never leaves out a word of a turn.
"""

from collections.abc import Iterable, Iterator

from coach.conversation import Conversation, Person, Value
from coach.errors import PromptTooLong
from coach.sentences import sentences

WHOLE = 30_000  # tokens of a text that still goes into one request
WINDOW = 10_000  # tokens of a window of a longer one: near an hour of talk, and a third over what the same text takes whole
OVERLAP = 6  # turns, or pieces of one
LARGEST_OVERLAP = 0.25  # share of a window
LONGEST_PIECE = 500  # tokens; a longer turn is shown in pieces
LINE = 8  # tokens of a line's id, side and line end
ENDING = 0.15  # share of a long text, from its end, that the yes is judged on together with the evidence
MOST_NAMED = 50  # people of a window who do not speak in it
MOST = 24  # windows: over 200,000 tokens, six hours of talk


class Piece(Value):
    """A turn, or a stretch of one: `source[start:end]`."""

    turn: int
    start: int
    end: int


class Window(Value):
    """A part of a long text. `name` says which."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def first(self) -> int:
        """Index of the first turn in it."""
        return self.pieces[0].turn

    @property
    def last(self) -> int:
        """Index of the last turn in it."""
        return self.pieces[-1].turn


def tokens(text: str) -> int:
    """About how many tokens a model makes of a text."""
    plain = len(text.encode("ascii", "ignore"))
    return -(-plain // 4) + len(text) - plain


def size(conversation: Conversation) -> int:
    """About how many tokens the whole text takes in a prompt, the list of people included."""
    return sum(_weights(conversation, _pieces(conversation))) + sum(map(_weight_of, conversation.people))


def windows(conversation: Conversation, most: int) -> tuple[Window, ...]:
    """The text in windows of about `WINDOW` tokens, and no more than `most`. Raises PromptTooLong if it takes more than `MOST` of them."""
    pieces = _pieces(conversation)
    weights = _weights(conversation, pieces)
    room = min(WINDOW, most)
    spans: list[tuple[int, int]] = []
    start = 0
    while not spans or spans[-1][1] < len(pieces):
        stop, held = start, 0
        while stop < len(pieces) and (held + weights[stop] <= room or stop == start):
            held += weights[stop]
            stop += 1
        spans.append((start, stop))
        if len(spans) > MOST:
            raise PromptTooLong(
                f"This text has about {sum(weights):,} tokens, and a model is given {MOST * room:,} at most. Split it by call, or use the offline review."
            )
        start = _back(weights, start, stop, int(room * LARGEST_OVERLAP))
    return tuple(Window(name=f"part {at} of {len(spans)}", pieces=tuple(pieces[a:b])) for at, (a, b) in enumerate(spans, 1))


def ending(conversation: Conversation, most: int) -> Window:
    """The last part of the text, `ENDING` of it, and no more than `most` tokens."""
    pieces = _pieces(conversation)
    weights = _weights(conversation, pieces)
    room = min(sum(weights) * ENDING, most)
    start = len(pieces) - 1
    held = weights[start]
    while start and held + weights[start - 1] <= room:
        start -= 1
        held += weights[start]
    return Window(name="the end", pieces=tuple(pieces[start:]))


def people_in(conversation: Conversation, window: Window) -> Iterator[Person]:
    """The people who speak in a window, and the first `MOST_NAMED` who are only named in it: a crowd would cost more than the words."""
    named = 0
    speakers = {conversation.turns[piece.turn].speaker for piece in window.pieces}
    said = frozenset(" ".join(conversation.source[piece.start : piece.end] for piece in window.pieces).casefold().replace("'", " ").split())
    for person in conversation.people:
        if person.name in speakers:
            yield person
        elif named < MOST_NAMED and person.name.casefold().split()[0] in said:
            named += 1
            yield person


def _back(weights: list[int], start: int, stop: int, most: int) -> int:
    """Where the next window begins: some pieces before `stop`, and always after `start`."""
    at, held = stop, 0
    while at - 1 > start and stop - at < OVERLAP and held + weights[at - 1] <= most:
        at -= 1
        held += weights[at]
    return at


def _pieces(conversation: Conversation) -> list[Piece]:
    found: list[Piece] = []
    for turn in conversation.turns:
        if tokens(conversation.text(turn)) <= LONGEST_PIECE:
            found.append(Piece(turn=turn.index, start=turn.start, end=turn.end))
        else:
            found.extend(Piece(turn=turn.index, start=a, end=b) for a, b in _cut(conversation.source, turn.start, turn.end))
    return found


def _cut(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of sentences of at most `LONGEST_PIECE` tokens, without a gap."""
    held, last = 0, start
    for a, b in sentences(source, start, end):
        weight = tokens(source[last:b])
        if held and held + weight > LONGEST_PIECE:
            yield start, a
            start, held = a, 0
        held += weight
        last = b
    yield start, end


def _weights(conversation: Conversation, pieces: Iterable[Piece]) -> list[int]:
    turns = conversation.turns
    return [tokens(conversation.source[piece.start : piece.end]) + tokens(turns[piece.turn].speaker or "") + LINE for piece in pieces]


def _weight_of(person: Person) -> int:
    return tokens(f"{person.name} {person.role or ''} {person.company or ''}") + LINE
