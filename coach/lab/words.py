"""What templates are given, in plain words. In: nothing. Out: a sentence for each name; the files of a set, what each says.

Names without a sentence here are still listed by the editor; a test names those that lack one.
"""

WORDS: dict[str, str] = {
    "today": "the day the note was written, such as 2026-05-12",
    "weekday": "the name of that day",
    "kind": "transcript, email or notes",
    "fence": "the tag around the note, made anew for each note",
    "part": "which part of a long text is shown: name, first, last, of",
    "lines": "the note, line by line: id, speaker, side, text, counts, kind",
    "people": "who is named in it: name, role, company, side",
    "criteria": "of the playbook: id, label, good, must_have, supports, undermines, questions",
    "plays": "of the playbook: id, reason",
    "forms": "the shapes of all answers: name, text",
    "form": "the name of the shape that this answer has to have",
    "schema": "the shape itself, instead of a name",
    "evidence": "quotes found so far: line, criterion, polarity, quote; in coaching also basis",
    "spoken": "words on buying from all parts of a long text: line, what, quote",
    "quote": "words of the note whose direction is asked for",
    "missing": "criteria that nothing was found on",
    "supported": "quotes that speak for a criterion: criterion, line, quote",
    "headline": "the verdict in a few words",
    "reason": "why the verdict is as it is",
    "standings": "where each criterion stands: criterion, status",
    "problems": "what was wrong with the last draft of the coaching",
}

LOOPS: dict[str, tuple[str, str]] = {
    "lines": ("line", "text"),
    "people": ("person", "name"),
    "criteria": ("criterion", "label"),
    "plays": ("play", "reason"),
    "forms": ("form", "name"),
    "evidence": ("item", "quote"),
    "spoken": ("item", "quote"),
    "supported": ("item", "quote"),
    "standings": ("standing", "status"),
}
"""Lists of things: what one of them is called, and a part of it."""
PUT: dict[str, str] = {
    "missing": '{{ missing | join(", ") }}',
    "problems": '{{ problems | join("; ") }}',
    "part": "{% if part %}{{ part.name }}{% endif %}",
    "fence": "<text-{{ fence }}>\n\n</text-{{ fence }}>",
}
"""What a press writes where the plain word would not do."""


def put(name: str) -> str:
    """What to write to use a word: a list is gone through, anything else is named."""
    if name in LOOPS:
        one, part = LOOPS[name]
        return f"{{% for {one} in {name} %}}\n{{{{ {one}.{part} }}}}\n{{% endfor %}}"
    return PUT.get(name, f"{{{{ {name} }}}}")


FILES: dict[str, str] = {
    "system.j2": "who the model is and how to read; the same for all tasks",
    "brief.j2": "the day, the people and the note; before every task",
    "extract.j2": "find evidence",
    "part.j2": "find evidence in a part of a long text",
    "look.j2": "look a second time",
    "judge.j2": "find what they committed to",
    "weigh.j2": "ask of one finding which way its words speak",
    "skeptical.j2": "coach before the yes",
    "ruthless.j2": "coach after the yes",
    "shared/rules.j2": "how to read",
    "shared/examples.j2": "example lines and findings",
    "shared/voice.j2": "how the coaching sounds",
    "shared/found.j2": "what was found, for the coaching",
}
