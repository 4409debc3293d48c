"""What is wrong with a prompt set is said with file, line and what to do, and what is right is left alone."""

import time

import pytest

from coach.errors import PromptError
from coach.lab.checked import look
from coach.lab.finding import annotations, meant
from coach.lab.names import Walk
from coach.lab.prompts import UNFENCED, words_of
from coach.lab.words import FILES, LOOPS, WORDS, put
from coach.prompting import LARGEST_TEMPLATE, LONGEST_RENDER, PromptSet
from tests.core.builders import ROOT, row
from tests.lab.builders import DEFAULT, found, shipped, told
from tests.test_prompting import ESCAPES

END = "Answer with one JSON object of the form {{ form }} and nothing else.\n"


def test_the_shipped_set_has_no_findings() -> None:
    assert told(found({})) == []


EXTRACT = DEFAULT["extract.j2"]
WRONG = [
    row("a name that does not exist", {"extract.j2": f"one\n{{{{ todya }}}}\n{END}"}, "extract.j2:2: nothing here is called todya. Did you mean today?"),
    row(
        "a part that does not exist, in a loop that no note has to reach",
        {"extract.j2": f"{{% for line in lines %}}\n{{% if line.counts and not line.counts %}}\n{{{{ line.txt }}}}\n{{% endif %}}{{% endfor %}}\n{END}"},
        "extract.j2:3: line has no txt. Did you mean text? It has counts, id, kind, side, speaker, text.",
    ),
    row("a part of a list", {"extract.j2": f"{{{{ lines.text }}}}\n{END}"}, "extract.j2:1: lines is a list: go through it with for, and has no text."),
    row("a part of a word", {"extract.j2": f"{{{{ today.year }}}}\n{END}"}, "extract.j2:1: today is a plain word, and has no year."),
    row("a name that only another task is given", {"extract.j2": f"{{{{ headline }}}}\n{END}"}, "extract.j2:1: nothing here is called headline."),
    row("a name in a shared piece", {"shared/found.j2": DEFAULT["shared/found.j2"] + "{{ verdict }}"}, "shared/found.j2:18: nothing here is called verdict."),
    row("a name after its loop", {"extract.j2": f"{{% for l in lines %}}{{% endfor %}}\n{{{{ l.text }}}}\n{END}"}, "extract.j2:2: nothing here is called l."),
    row("it does not parse", {"judge.j2": "a\n{% if %}\n" + END}, "judge.j2:2: Expected an expression, got 'end of statement block'. Mend that line."),
    row("a filter that there is not", {"judge.j2": "a\n{{ today | shout }}\n" + END}, "judge.j2:2: No filter named 'shout'. Mend that line."),
    row("something that prompts may not use", {"judge.j2": "a\n\n{{ 7 * 7 }}\n" + END}, "judge.j2:3: prompts may not use mul. Plain variables"),
    row(
        "an include that is not there",
        {"extract.j2": '{% include "shared/rule.j2" %}\n' + END},
        "extract.j2:1: there is no file shared/rule.j2 in this set. Did you",
    ),
    row("a file that a review needs is missing", {"look.j2": None}, "look.j2:1: this file is missing, and a review needs it. Copy it from prompts/default."),
    row(
        "a template that is too long",
        {"extract.j2": EXTRACT + "x" * LARGEST_TEMPLATE},
        "extract.j2:1: 60,503 characters; a template has 60,000 at most. Shorten it.",
    ),
    row("a template that is nearly too long", {"extract.j2": EXTRACT + "{# " + "x" * 50_000 + " #}"}, "extract.j2:1: warning: 50,509 of the 60,000 characters"),
    row("no word on how to answer", {"extract.j2": "Find it.\n"}, "extract.j2:1: does not say how to answer. End it as in prompts/default, with {{ form }}."),
    row("a form that no text explains", {"system.j2": DEFAULT["system.j2"].split("Forms of")[0]}, "judge.j2:1: names a form that no text explains."),
    row("characters that nobody sees", {"extract.j2": "a\nb\u200bc\n" + END}, "extract.j2:2: warning: holds characters that nobody sees"),
    row("a file that nothing includes", {"shared/old.j2": "x"}, "shared/old.j2:1: note: nothing includes this file, so no model gets it."),
    row("an input that is not used", {"judge.j2": "Find it.\n" + END}, "judge.j2:1: note: does not use evidence, spoken, which this task is given."),
    row("today in the system text", {"system.j2": DEFAULT["system.j2"] + "{{ today }}"}, "system.j2:23: warning: today in the system text makes it another"),
    row("the note is not in it", {"brief.j2": "{{ today }} {{ weekday }} {{ kind }}"}, "brief.j2:1: the note is not in it."),
    row("no fence", {"brief.j2": DEFAULT["brief.j2"].replace("<text-{{ fence }}>", "").replace("</text-{{ fence }}>", "")}, f"brief.j2:7: {UNFENCED}"),
    row(
        "a fence that closes too early", {"brief.j2": DEFAULT["brief.j2"].replace("{% for line", "</text-{{ fence }}>\n{% for line")}, f"brief.j2:7: {UNFENCED}"
    ),
    row("a quote without a fence in a task", {"extract.j2": "{{ lines[1].text }}\n" + END}, f"extract.j2:1: {UNFENCED}"),
    row(
        "a last draft's faults without a fence",
        {"shared/found.j2": DEFAULT["shared/found.j2"].replace("send the whole draft again:\n<text-{{ fence }}>", "again:")},
        UNFENCED,
    ),
    row(
        "the note in the task, so that nothing is shared",
        {"brief.j2": "", **{name: DEFAULT[name] + DEFAULT["brief.j2"] for name in DEFAULT if "/" not in name and name not in ("system.j2", "brief.j2")}},
        "brief.j2:1: warning: the requests of one review have only",
    ),
    row(
        "an example that is not in its line",
        {"shared/examples.j2": DEFAULT["shared/examples.j2"].replace('"line": 3', '"line": 0')},
        "shared/examples.j2:9: these words stand",
    ),
]


@pytest.mark.parametrize(("changes", "line"), WRONG)
def test_what_is_wrong_is_said_with_file_line_and_what_to_do(changes: dict[str, str | None], line: str) -> None:
    lines = told(found(changes))
    assert any(line in one for one in lines), lines


RIGHT = [
    row("a word that may be missing", "{{ nickname | default('none') }}{% if nickname is defined %}x{% endif %}"),
    row("a word that is set before", "{% set mine = today %}{{ mine }}"),
    row("a word that is set in both arms", "{% if part %}{% set a = 1 %}{% else %}{% set a = 2 %}{% endif %}{{ a }}"),
    row(
        "facts about the loop",
        "<text-{{ fence }}>{% for line in lines %}{{ loop.index }}{{ loop.last }}{{ loop.previtem.text if not loop.first }}{% endfor %}</text-{{ fence }}>",
    ),
    row(
        "a list in a list",
        "{% for criterion in criteria %}{% for example in criterion.supports %}{{ example }}{% endfor %}{{ criterion.questions[0] }}{% endfor %}",
    ),
    row("part, which is often none", "{% if part %}{{ part.first }}{% endif %}"),
    row("a remark", "{# todya #}"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert told(found({"extract.j2": f"{text}\n{END}"})) == []


@pytest.mark.parametrize("payload", ESCAPES)
def test_what_reaches_for_python_or_files_is_found_before_anything_is_rendered(payload: str) -> None:
    prompts = PromptSet(ROOT, {"extract.j2": payload})
    walk = Walk(prompts, {"today": "", "fence": "", "lines": [{"text": ""}], "plays": [{"id": ""}], "criteria": [{"id": ""}]})
    walk.template("extract.j2")
    assert prompts.faults("extract.j2") or walk.found


def test_whatever_a_template_says_its_findings_agree_with_the_rendering() -> None:
    """A set without an error renders every request."""
    for text in ("{{ lines[0].id }}", "{{ lines[99].id }}", "{{ plays | length }}", "{{ people[0].company.name }}"):
        held = look(shipped(), {**DEFAULT, "extract.j2": f"<text-{{{{ fence }}}}>{text}</text-{{{{ fence }}}}>\n{END}"})
        assert bool(held.failures) == any(
            one.kind == "error" for one in found({"extract.j2": f"<text-{{{{ fence }}}}>{text}</text-{{{{ fence }}}}>\n{END}"})
        ), text


def test_pieces_that_include_each_other_without_end_are_told_soon() -> None:
    twice = {f"shared/{n}.j2": f'{{% include "shared/{n + 1}.j2" %}}' * 2 for n in range(40)}
    start = time.thread_time()
    lines = told(found({"extract.j2": '{% include "shared/0.j2" %}{% include "extract.j2" %}\n' + END, **twice, "shared/40.j2": "x"}))
    assert time.thread_time() - start < 3 * LONGEST_RENDER
    assert any("longer than 2 seconds" in line or "RecursionError" in line for line in lines), lines


def test_a_small_window_makes_the_sets_own_words_too_long() -> None:
    assert any("warning: the set’s own words take about" in line for line in told(found({}, window=4_000)))


EXAMPLES = "L0 rep Sam: So shall we?\nL1 prospect Ines: It is my brother who pays.\n"
QUOTES = [
    row("letter by letter", '{"line": 1, "quote": "my brother who pays"}', ""),
    row("other letters", '{"line": 1, "quote": "My brother who pays"}', "letter by letter"),
    row("words that are not there", '{"line": 1, "quote": "my sister who pays"}', "would be thrown out"),
    row("the rep's words", '{"line": 0, "quote": "So shall we"}', "would be thrown out"),
    row("no JSON", '{"line": 1, "quote": "my brother}', "no JSON object"),
    row("a word for a line", '{"line": "one", "quote": "my brother who pays"}', "needs a number"),
]


@pytest.mark.parametrize(("example", "says"), QUOTES)
def test_an_example_is_grounded_by_the_code_that_grounds_a_models_quotes(example: str, says: str) -> None:
    lines = [line for line in told(found({"shared/examples.j2": EXAMPLES + example + "\n"})) if line.startswith("shared/examples.j2:3:")]
    assert any(says in line for line in lines) if says else not lines


def test_example_lines_are_counted_without_a_gap() -> None:
    assert any("should be L1" in line for line in told(found({"shared/examples.j2": EXAMPLES.replace("L1", "L2")})))


def test_every_word_and_file_that_the_editor_lists_is_explained_and_can_be_put_in() -> None:
    held = look(shipped(), DEFAULT)
    given = {word for words in words_of(held).values() for word in words}
    assert given == set(WORDS)
    assert set(LOOPS) < given
    assert set(FILES) == set(DEFAULT)
    for template, words in words_of(held).items():
        for word in words:
            text = f"<text-{{{{ fence }}}}>{put(word)}</text-{{{{ fence }}}}>" if word != "fence" else put(word)
            assert [one for one in found({template: f"{DEFAULT[template]}{text}"}) if one.kind == "error"] == [], word


def test_a_finding_is_one_line_and_an_annotation_carries_no_command_of_a_name() -> None:
    findings = found({"shared/a,b%0A::error::.j2": "{{ x"})
    assert all("\n" not in line for line in told(findings))
    drawn = list(annotations(findings))
    assert drawn
    assert all("file=shared/a%2Cb%250A%3A%3Aerror%3A%3A.j2,line=1" in line for line in drawn)


def test_did_you_mean_names_what_is_near_and_nothing_else() -> None:
    assert meant("critera", ["criteria", "plays"]) == " Did you mean criteria?"
    assert meant("xyz", ["criteria"]) == ""


def test_texts_that_are_not_saved_make_a_set_too() -> None:
    assert PromptSet(ROOT, DEFAULT).version() == PromptSet(ROOT / "prompts" / "default").version()
    with pytest.raises(PromptError, match=r"system\.j2 is missing"):
        PromptSet(ROOT)
