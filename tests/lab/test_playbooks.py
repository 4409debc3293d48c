"""What is wrong with a playbook is said with its line; tables change one field and leave the rest letter for letter."""

from pathlib import Path

import pytest

from coach.errors import PlaybookError
from coach.evaluation.cases import load_cases
from coach.lab.coverage import coverage
from coach.lab.difference import differences
from coach.lab.playbooks import Book, lint, schema
from coach.lab.tables import STARTER, criteria_from, data_of, remarks, with_field
from tests.core.builders import ROOT, SHIPPED, playbook, row
from tests.lab.builders import book, shipped, told

BANT = (ROOT / "prompts" / "playbooks" / "bant.yaml").read_text(encoding="utf-8").replace("id: bant", "id: ours")
HEAD = "extends: default\nid: ours\ntitle: Ours\n"


def with_criterion(**changes: str) -> str:
    """A playbook of one criterion, one field a line from line 5 on."""
    fields = {
        "id": "need",
        "label": "Need",
        "topic": "need",
        "must_have": "true",
        "good": "g",
        "dies_by": "d",
        "examples": "{supports: [a], undermines: [b]}",
        "questions": '[{ask: "What for?", no_if: they do not know, help: h}]',
    } | changes
    (first, value), *rest = fields.items()
    return f"{HEAD}criteria:\n  - {first}: {value}\n" + "".join(f"    {key}: {value}\n" for key, value in rest if value)


@pytest.mark.parametrize("id", SHIPPED)
def test_the_shipped_playbooks_have_no_findings(id: str) -> None:
    path = shipped().playbook_file(id)
    assert told(lint(Book(path, path.read_text(encoding="utf-8"), shipped()))) == []


WRONG = [
    row("not YAML", "id: ours\ntitle: [", "ours.yaml:3: not YAML. Mend that line."),
    row("a list", "- a\n", "ours.yaml:1: this is not a playbook"),
    row("nothing", "", "ours.yaml:1: this is not a playbook"),
    row("a key that stands twice", "id: a\nid: b\n", "ours.yaml:2: id stands twice. Keep one."),
    row(
        "aliases of aliases",
        "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
        "ours.yaml:1: holds far more",
    ),
    row("it extends nobody", "extends: nobody\nid: ours\n", "ours.yaml:1: No playbook nobody."),
    row("it extends itself", "extends: ours\nid: ours\n", "ours.yaml:1: "),
    row("another id than its file", BANT.replace("id: ours", "id: bant"), "ours.yaml:5: the id is bant and the file is called ours.yaml."),
    row("an unknown topic", BANT.replace("topic: need", "topic: neeed"), "ours.yaml:11: topic cannot be “neeed”. Did you mean need?"),
    row("an unknown field", BANT.replace("when: hope", "whn: hope", 1), "ours.yaml:51: there is no field called whn. Did you mean when?"),
    row("a field that is missing", with_criterion(good=""), "ours.yaml:5: good is missing here."),
    row("no examples against", with_criterion(examples="{supports: [a], undermines: []}"), "ours.yaml:11: undermines has 0, and needs 1 or more."),
    row("no questions", with_criterion(questions="[]"), "ours.yaml:12: questions has 0, and needs 1 or more."),
    row("an id of capitals", with_criterion(id="Need"), "ours.yaml:5: id needs small letters"),
    row("an id that is used twice", with_criterion() + "".join(with_criterion().partition("criteria:\n")[2:]), "ours.yaml:13: criterion id used twice: need."),
    row("too few plays", with_criterion() + "plays:\n  - {id: a, reason: Send it, serves: paper}\n", "ours.yaml:14: plays has 1, and needs 30 or more."),
    row("no criterion on who decides", with_criterion(), "ours.yaml:5: warning: no criterion has topic: authority."),
    row("no must-have", with_criterion(must_have="false"), "ours.yaml:5: note: no criterion is a must-have"),
    row("a topic that is left out", with_criterion(topic=""), "ours.yaml:5: note: has no topic. topic: need helps"),
    row(
        "a question that wants a yes",
        with_criterion(questions='[{ask: "Don\'t you want it?", no_if: they do not know, help: h}]'),
        "ours.yaml:12: this begins like a question that wants a yes",
    ),
    row(
        "two questions in one",
        with_criterion(questions='[{ask: "What? Why?", no_if: they do not know, help: h}]'),
        "ours.yaml:12: a question has exactly one question mark",
    ),
    row("a no of two words", with_criterion(questions='[{ask: "What for?", no_if: not sure, help: h}]'), "ours.yaml:12: no_if needs three words"),
    row(
        "no question without a slot",
        with_criterion(questions='[{ask: "What of {rival}?", no_if: they do not know, help: h}]'),
        "ours.yaml:12: warning: need has no question for “missing”",
    ),
    row(
        "a slot that stands for nothing",
        with_criterion(dies_by='"by {dat}"'),
        "ours.yaml:10: {dat} stands for nothing, so this text is never used. Did you mean date?",
    ),
    row("a slot with a form", with_criterion(dies_by='"by {date:d}"'), "ours.yaml:10: {date:d} stands for nothing"),
    row("a bracket alone", with_criterion(dies_by='"by { it"'), "ours.yaml:10: a curly bracket stands alone."),
    row("a stock phrase", with_criterion(dies_by="We only touch base."), "ours.yaml:10: “touch base” is a stock phrase"),
    row("a link", with_criterion(dies_by='"see https://example.com"'), "ours.yaml:10: a link or markup"),
    row("a long text", with_criterion(dies_by="x" * 500), "ours.yaml:10: longer than 400 characters"),
    row("unseen characters", with_criterion(dies_by='"a\\u200bb"'), "ours.yaml:10: warning: holds characters that nobody sees."),
    row(
        "a sentence for and against",
        with_criterion(examples="{supports: [a b], undermines: [A  b]}"),
        "ours.yaml:11: warning: the same sentence is an example for need, supports.",
    ),
    row("a number in an example", with_criterion(examples="{supports: [it costs 40], undermines: [b]}"), "ours.yaml:11: note: holds a number."),
    row(
        "the sentence that a new criterion begins with",
        with_criterion(examples=f"{{supports: ['{STARTER}'], undermines: [b]}}"),
        "ours.yaml:11: warning: this is the text that a new criterion begins with.",
    ),
    row("an opening for no rule", HEAD + "openings:\n  - {rule: refusd, first: f}\n", "ours.yaml:5: no rule is called “refusd”. Did you mean refused?"),
    row("verdicts without an opening", HEAD + "openings:\n  - {rule: refused, first: f}\n", "ours.yaml:5: warning: no opening without {...} for: "),
    row(
        "a milestone that waits for one below",
        HEAD + "milestones:\n  - {id: a, what: w, side: us, after: [b], signs: true}\n  - {id: b, what: w, side: us}\n",
        "ours.yaml:5: a waits for b",
    ),
    row("no signature", HEAD + "milestones:\n  - {id: a, what: w, side: us}\n  - {id: b, what: w, side: us}\n", "ours.yaml:5: 0 milestones have signs: true."),
]


@pytest.mark.parametrize(("text", "line"), WRONG)
def test_what_is_wrong_is_said_with_its_line(text: str, line: str) -> None:
    lines = told(book(text))
    assert any(one.startswith(line) for one in lines), lines


def test_the_schema_takes_the_shipped_playbooks_and_names_every_topic() -> None:
    form = schema()
    assert "extends" in form["properties"]
    assert {"required": ["extends", "id"]} in form["anyOf"]
    assert "decision_process" in str(form["$defs"]["Criterion"])


def test_coverage_counts_dev_cases_by_id_or_topic_and_names_what_has_none() -> None:
    cases = load_cases(ROOT / "evals" / "cases")
    dev = [case for case in cases if case.split == "dev"]
    rows = coverage(playbook(), cases)
    assert all(one.met + one.at_risk + one.missing == len(dev) for one in rows)
    by_topic = coverage(playbook("meddpicc"), cases)
    assert {one.by for one in by_topic if one.cases} <= {criterion.id for criterion in playbook().criteria}
    alien = playbook().criteria[0].model_copy(update={"id": "vibes", "topic": None})
    assert coverage(playbook().model_copy(update={"criteria": (alien,)}), cases)[0].says == "vibes: no case. What a review says of it is not measured."


@pytest.mark.parametrize("id", SHIPPED)
def test_a_field_that_is_written_anew_unchanged_changes_no_letter(id: str) -> None:
    text = (ROOT / "prompts" / "playbooks" / f"{id}.yaml").read_text(encoding="utf-8")
    data = data_of(text, id)
    for field in ("criteria", "plays"):
        if field in data:
            assert list(differences({id: text}, {id: with_field(text, field, data[field])})) == []


def test_a_changed_field_leaves_all_others_and_their_remarks_as_they_are() -> None:
    text = "# ours\nid: ours\ncriteria:\n  - id: a # gone\n\n# on plays\nplays: []\n"
    assert with_field(text, "criteria", [{"id": "yes"}]) == '# ours\nid: ours\ncriteria:\n  - id: "yes"\n\n# on plays\nplays: []\n'
    assert with_field("id: ours\n", "gives", ["a: b"]) == 'id: ours\n\ngives:\n  - "a: b"\n'
    assert remarks("criteria:\n  # one\n  - id: a\n  # two\nplays: []\n", "criteria") == 2


@pytest.mark.parametrize("value", ["no", "- x", "a: b", "# x", "“{date}”", 'it\'s "so"', "1", "null", "x\n", "{a}", "é", " x"])
def test_any_text_comes_back_as_it_was(value: str) -> None:
    assert data_of(with_field("id: ours\n", "gives", [value]), "ours")["gives"] == [value]


def test_rows_of_a_table_become_criteria_in_their_places_and_keep_what_the_table_does_not_show() -> None:
    before = data_of(BANT, "ours")["criteria"]
    rows = [{"place": 2, "was": "need", "id": "pain", "label": "Pain ", "topic": "need", "must_have": True, "good": "g", "dies_by": "d"}]
    rows += [{"place": 1, "was": None, "id": "new", "label": "New", "topic": None, "must_have": False, "good": None, "dies_by": "d"}]
    new, pain = criteria_from(rows, before)
    assert (pain["id"], pain["label"], pain["examples"], pain["questions"]) == ("pain", "Pain", before[0]["examples"], before[0]["questions"])
    assert (new["examples"]["supports"], "must_have" in new, "topic" in new) == ([STARTER], False, False)


def test_a_text_that_cannot_be_read_is_changed_as_text(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="Change it as text"):
        data_of("id: [", "ours.yaml")
