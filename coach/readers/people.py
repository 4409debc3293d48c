"""Who is who. In: a Conversation with speakers. Out: the same with its people, and a side for each that the text shows.

A side comes from what the text says: a label ("Rep", "Buyer"), a role ("account executive"), a company shared with
somebody whose side is known, being the only other speaker, or plainly talking as one who sells or one who buys. Each
side carries its reason. What the text does not show stays unknown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from coach.conversation import Conversation, Kind, Person, Side, Turn
from coach.errors import InputError
from coach.readers.deeds import deeds_of
from coach.readers.voices import bearing_of, voice_of

REP_LABEL = re.compile(
    r"^(?:(?:sales )?rep(?:resentative)?|ae|sdr|bdr|am|seller|sales(?:person|man|woman)?|me|myself|us|i|vendor|host|account (?:exec(?:utive)?|manager)|verkäufer(?:in)?|verkoper|vendeu(?:r|se)|vendedor(?:a)?|venditore)(?: ?\d)?$",
    re.IGNORECASE,
)
PROSPECT_LABEL = re.compile(
    r"^(?:prospect|buyer|customer|client|lead|purchaser|them|kunde|kundin|klant|client[e]?|acheteur|comprador(?:a)?)(?: ?\d)?$", re.IGNORECASE
)
REP_ROLE = re.compile(
    r"\b(?:account (?:exec(?:utive)?|manager|director)|sales (?:rep(?:resentative)?|exec(?:utive)?|engineer|consultant)|(?<!ops )ae|sdr|bdr|solutions? (?:consultant|engineer|architect)|pre-?sales|customer success|field (?:rep|sales)|regional rep|territory (?:manager|rep)|rep|seller|selling|vendor|our side|us)\b",
    re.IGNORECASE,
)
PROSPECT_ROLE = re.compile(r"\b(?:prospect|buyer|customer|client|purchas(?:ing|er)|procurement|their side|champion)\b", re.IGNORECASE)
LISTED = re.compile(r"^\W*(?P<name>[A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,3})(?:\s*[(,]|\s[–—-]\s)\s*(?P<role>[^()\n]{2,80}?)\)?\s*$")
DATED = re.compile(r"\b\d{4}\b|\bwrote\b|\d:\d\d")
INLINE = re.compile(r"(?P<name>[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){0,2})\s?\((?P<role>[^()\n]{2,60})\)")
NOTE_SPEAKER = re.compile(r"^\W*(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’-]+)(?:\s\([^)]{1,40}\))?:\s+[\"“'‘«„]?\w")
LABEL_ROLE = re.compile(r"^[^\n]{0,60}?[(\[](?!\d+:\d)(?P<role>[^()\[\]\n]{2,60})[)\]]")


def with_sides(conversation: Conversation) -> Conversation:
    """The conversation with its people and with the side of each turn's speaker. People it already has keep the side they have."""
    people = _named(conversation)
    speakers = list(dict.fromkeys(turn.speaker for turn in conversation.turns if turn.speaker))
    for speaker in speakers:
        if people.known(speaker) is None:
            people[speaker] = Person(name=speaker)
    mine = {speaker: people.known(speaker) or speaker for speaker in speakers}
    for name, person in people.items():
        people[name] = _by_label(person)
    _by_company(people)
    if conversation.kind in (Kind.TRANSCRIPT, Kind.EMAIL):
        said = _said(mine, conversation)
        _by_deeds(people, said, FEW_DEEDS if conversation.kind is Kind.EMAIL else CLEAR_DEEDS)
        if conversation.kind is Kind.TRANSCRIPT:  # people write alike, whatever they do for a living
            _by_voice(people, said)
        _by_bearing(people, said)
    _only_other(people, list(dict.fromkeys(mine.values())))
    turns = tuple(_sided(turn, people, mine) for turn in conversation.turns)
    return conversation.model_copy(update={"people": tuple(people.values()), "turns": turns})


def name_sides(conversation: Conversation, sides: Mapping[str, Side]) -> Conversation:
    """The conversation with the sides that the rep names, by full or unambiguous first name. What was inferred for others is inferred anew.

    Raises InputError for somebody who is not in the text.
    """
    named: dict[str, Side] = {}
    for name, side in sides.items():
        person = conversation.person(name)
        if person is None:
            raise InputError(f"Nobody in {conversation.name} is called {name}. Use a name as it stands there.")
        named[person.name] = side
    people = tuple(
        person.model_copy(update={"side": named[person.name], "because": SAID_BY_REP})
        if person.name in named
        else person.model_copy(update={"side": Side.UNKNOWN, "because": ""})
        if INFERRED.match(person.because)
        else person
        for person in conversation.people
    )
    return with_sides(conversation.model_copy(update={"people": people}))


SAID_BY_REP = "you said so"
INFERRED = re.compile(r"talks as |states what |sells: |buys: |the only other speaker than |same company as the rep|of .+, not the rep's company$")
"""Reasons that follow from the sides of others or from ways of talking: they may change once a side is named."""


def _sided(turn: Turn, people: dict[str, Person], mine: dict[str, str]) -> Turn:
    if turn.speaker is None:
        return turn
    person = people[mine[turn.speaker]]
    return turn.model_copy(update={"side": person.side, "speaker": person.name})


class People(dict[str, Person]):
    """People by full name, in order of appearance, with a way to find namesakes by first name."""

    def __init__(self) -> None:
        super().__init__()
        self._firsts: dict[str, list[str]] = defaultdict(list)

    def meet(self, person: Person) -> None:
        """Adds a person, unless somebody of that name is known; a full name takes the place of its first name alone."""
        if not person.name.split():
            return
        first = person.name.split()[0].casefold()
        namesakes = self._firsts[first]
        if not namesakes:
            self[person.name] = person
            namesakes.append(person.name)
        elif namesakes == [person.name.split()[0]] and " " in person.name:
            short = self.pop(namesakes.pop())
            self[person.name] = person.model_copy(update={"side": short.side, "because": short.because})
            namesakes.append(person.name)
        elif not any(_may_be_one(name, person.name) for name in namesakes):
            self.settle(person)
        elif person.role and person.name in self and not self[person.name].role:
            self[person.name] = self[person.name].model_copy(update={"role": person.role, "company": person.company})

    def settle(self, person: Person) -> None:
        """Adds a person that a file or an earlier reading gives, namesakes or not."""
        if person.name.split():
            self[person.name] = person
            self._firsts[person.name.split()[0].casefold()].append(person.name)

    def known(self, speaker: str) -> str | None:
        """The full name that a speaker label stands for, if just one fits."""
        if speaker in self or not speaker.split():
            return speaker if speaker in self else None
        namesakes = self._firsts.get(speaker.split(maxsplit=1)[0].casefold(), [])
        same = [name for name in namesakes if name.casefold() == speaker.casefold()] or [name for name in namesakes if _may_be_one(name, speaker)]
        return same[0] if len(same) == 1 else None


def _may_be_one(one: str, other: str) -> bool:
    """Whether two names can be one person's: "Dana" and "Dana R." may be Dana Reyes, Dana Miller and "Speaker 2" are not Speaker 1."""
    pairs = zip(one.casefold().split(), other.casefold().split(), strict=False)
    return all(a == b or (a.isalpha() and b.isalpha() and (a.startswith(b) or b.startswith(a))) for a, b in ((a.strip(".,"), b.strip(".,")) for a, b in pairs))


def _named(conversation: Conversation) -> People:
    """People that the text lists or introduces with a role, and people quoted by name in notes."""
    people = People()
    for person in conversation.people:
        people.settle(person)
    source = conversation.source
    for turn in conversation.turns:
        text = conversation.text(turn)
        if turn.kind is Kind.TRANSCRIPT:
            label = _label_before(source, turn.start)
            if turn.speaker and (found := LABEL_ROLE.match(label)) and found["role"] != turn.speaker:
                people.meet(_person(turn.speaker, found["role"]))
            continue
        if turn.kind is Kind.SUMMARY and (found := LISTED.match(text)) and not DATED.search(found["role"]):
            people.meet(_person(found["name"], found["role"]))
            continue
        for found in INLINE.finditer(text):
            if not re.match(r"\d|who|which|see|aka|e\.g|i\.e", found["role"]):
                people.meet(_person(found["name"], found["role"]))
        if turn.kind is Kind.NOTES and (found := NOTE_SPEAKER.match(text)) and found["name"].casefold() not in _FIELD_WORDS:
            people.meet(Person(name=found["name"]))
    return people


def _label_before(source: str, start: int) -> str:
    """What stands before an utterance on its line, or if nothing does, on the line above it."""
    near = source[max(0, start - LONGEST_LABEL) : start]
    lines = re.split(r"[\r\n\u2028\u2029]+", near)
    return lines[-1] if lines[-1].strip() or len(lines) < 2 else lines[-2]


LONGEST_LABEL = 240  # characters
_FIELD_WORDS = frozenset(
    """
    pain budget need timeline next note notes plan call contact money date price risk competition decision authority then also but so outcome
    result status attendees goal goals update product problem size
    """.split()
)


def _person(name: str, role: str) -> Person:
    parts = [part.strip() for part in re.split(r",| at | - | – |@", role) if part.strip()]
    return Person(name=name, role=parts[0] if parts else role, company=parts[-1] if len(parts) > 1 else None)


def _by_label(person: Person) -> Person:
    if person.because:
        return person
    role = f"{person.role or ''} {person.company or ''}"
    for side, labels, roles in ((Side.REP, REP_LABEL, REP_ROLE), (Side.PROSPECT, PROSPECT_LABEL, PROSPECT_ROLE)):
        if labels.match(person.name):
            return person.model_copy(update={"side": side, "because": f"labelled “{person.name}”"})
        if person.role and roles.search(role):
            return person.model_copy(update={"side": side, "because": f"stated role: {role.strip()}"})
    return person


def _by_company(people: dict[str, Person]) -> None:
    """Colleagues of a known rep are reps; people of another company, where the rep's is known, are prospects."""
    homes = " ".join(f"{p.role} {p.company}" for p in people.values() if p.side is Side.REP and p.role).casefold()
    for name, person in people.items():
        if person.side is Side.UNKNOWN and not person.because and person.company and homes:
            same = person.company.casefold() in homes
            side, because = (Side.REP, "same company as the rep") if same else (Side.PROSPECT, f"of {person.company}, not the rep's company")
            people[name] = person.model_copy(update={"side": side, "because": because})


def _said(mine: dict[str, str], conversation: Conversation) -> dict[str, list[str]]:
    """What each speaker said, by full name; planted text is nobody's."""
    said: dict[str, list[str]] = defaultdict(list)
    for turn in conversation.turns:
        if turn.speaker and turn.kind in (Kind.TRANSCRIPT, Kind.EMAIL) and not conversation.is_planted(turn.start, turn.end):
            said[mine[turn.speaker]].append(conversation.text(turn))
    return said


def _open(people: People, said: dict[str, list[str]]) -> list[str]:
    return [name for name in said if people[name].side is Side.UNKNOWN and not people[name].because]


def _by_deeds(people: People, said: dict[str, list[str]], clear: int) -> None:
    """Sides from what people do on a call or in a mail."""
    for name in _open(people, said):
        done = deeds_of(said[name])
        side = done.side(clear)
        because = f"sells: “{done.sold}”" if side is Side.REP else f"buys: “{done.bought}”" if side is Side.PROSPECT else ""
        people[name] = people[name].model_copy(update={"side": side, "because": because})


def _by_voice(people: People, said: dict[str, list[str]]) -> None:
    """Sides from how people talk, for speakers that nothing else settles."""
    scores = {name: voice_of(said[name]) for name in _open(people, said) if sum(len(text.split()) for text in said[name]) >= FEWEST_WORDS}
    sellers = {name for name, person in people.items() if person.side is Side.REP and name in said}
    if not sellers and scores:
        best = max(scores, key=lambda name: scores[name])
        rest = [score for name, score in scores.items() if name != best]
        apart = bool(rest) and scores[best] - max(rest) > FAR and scores[best] > -CLEAR
        if (scores[best] > (0 if rest else ALONE) and all(scores[best] - score > CLEAR for score in rest)) or apart:
            people[best] = people[best].model_copy(update={"side": Side.REP, "because": "talks as the one who sells"})
            sellers.add(best)
            del scores[best]
    plainest = max((voice_of(said[name]) for name in sellers), default=0.0) if scores else 0.0
    for name, score in scores.items():
        if sellers and score < max(0, plainest / 2 - CLEAR):
            people[name] = people[name].model_copy(update={"side": Side.PROSPECT, "because": "talks as one who buys"})
        elif score > VERY_CLEAR and sellers:
            people[name] = people[name].model_copy(update={"side": Side.REP, "because": "talks as one who sells"})


def _by_bearing(people: People, said: dict[str, list[str]]) -> None:
    """The buying side, for those still open who state what only a buyer can and do not sell around it."""
    for name in _open(people, said):
        if sum(len(text.split()) for text in said[name]) >= FEWEST_WORDS and bearing_of(said[name]) < BUYING:
            people[name] = people[name].model_copy(update={"side": Side.PROSPECT, "because": "states what only one who buys can"})


FEW_DEEDS, CLEAR_DEEDS = 1, 2
"""Deeds more than the other side's that settle a side: in a mail one is enough, people say there what they mean."""
FEWEST_WORDS = 4
"""Words from which somebody has a way of talking: a "Hm." has none."""
FAR = 4.0
"""Difference in voice score from which the seller is told even if nothing in the words is plainly selling."""
CLEAR = 1.0
"""Difference in voice score (log odds, see `voices`) that counts as clear."""
ALONE = 2.0
"""Score from which the only one with a name is taken for the one who sells."""
BUYING = -1.0
"""Bearing (see `voices`) below which somebody is taken for a buyer: hardly a seller's is, not that of one either who repeats what the buyer said."""
VERY_CLEAR = 5.0
"""Score from which somebody beside a known rep is taken for a second one: buyers ask questions too."""


def _only_other(people: dict[str, Person], speakers: Iterable[str]) -> None:
    speakers = list(speakers)
    known = [name for name in speakers if people[name].side is not Side.UNKNOWN]
    if len(speakers) == 2 and len(known) == 1:
        other = next(name for name in speakers if name not in known)
        if people[other].because:  # the rep says that it is not known
            return
        side = Side.PROSPECT if people[known[0]].side is Side.REP else Side.REP
        people[other] = people[other].model_copy(update={"side": side, "because": f"the only other speaker than {known[0]}"})
