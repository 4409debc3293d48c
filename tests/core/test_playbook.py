"""The shipped playbooks load, and a team's own says in plain words what is wrong with it, in which file and where."""

from pathlib import Path
from string import Formatter

import pytest

from coach.errors import PlaybookError
from coach.playbook import SLOTS, Playbook
from coach.settings import Settings
from coach.verdict import RULES
from tests.core.builders import ROOT, SHIPPED, playbook, row


def load(folder: Path, name: str) -> Playbook:
    return Settings(prompts=ROOT / "prompts").playbook(str(folder / name))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_playbook_loads(id: str) -> None:
    book = playbook(id)
    assert book.id == id
    assert book.title
    assert any(criterion.must_have for criterion in book.criteria)
    assert book.about("authority") is not None
    assert book.criterion(book.criteria[0].id) is book.criteria[0]
    assert book.criterion("vibes") is None


def test_all_playbooks_in_the_folder_are_shipped_ones_default_first() -> None:
    listed = Settings(prompts=ROOT / "prompts").playbooks()
    assert listed[0] == "default"
    assert set(listed) == set(SHIPPED)


@pytest.mark.parametrize("id", SHIPPED)
def test_every_slot_in_a_shipped_text_is_one_there_is(id: str) -> None:
    for text in playbook(id).spoken():
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= set(SLOTS), text


@pytest.mark.parametrize("id", SHIPPED)
def test_every_opening_is_for_a_rule_there_is_and_every_coached_rule_has_one_without_slots(id: str) -> None:
    book = playbook(id)
    rules = {rule.id for rule in RULES}
    assert {opening.rule for opening in book.openings} <= rules
    plain = {o.rule for o in book.openings if "{" not in o.first}
    assert rules - {"unreadable", "nobody sells"} <= plain


@pytest.mark.parametrize("id", SHIPPED)
def test_milestones_wait_for_milestones_further_up_and_one_is_signed(id: str) -> None:
    above: set[str] = set()
    for milestone in playbook(id).milestones:
        assert set(milestone.after) <= above, milestone.id
        above.add(milestone.id)
    assert sum(milestone.signs for milestone in playbook(id).milestones) == 1


@pytest.mark.parametrize("id", SHIPPED)
def test_every_criterion_has_a_question_for_each_case_that_needs_no_slot(id: str) -> None:
    for criterion in playbook(id).criteria:
        for case in ("missing", "against", "hope"):
            assert any(q.when in (case, "any") and "{" not in q.ask + q.no_if + q.help for q in criterion.questions), (criterion.id, case)


def test_a_playbook_takes_over_what_it_does_not_say(tmp_path: Path) -> None:
    book = load(write(tmp_path, ours='extends: default\nid: ours\ntitle: "Ours"\n'), "ours.yaml")
    assert (book.id, book.title) == ("ours", "Ours")
    assert book.criteria == playbook().criteria


def test_a_playbook_extends_one_beside_it_before_a_shipped_one(tmp_path: Path) -> None:
    folder = write(tmp_path, spiced='extends: bant\nid: spiced\ntitle: "Beside"\n', ours="extends: spiced\nid: ours\n")
    book = load(folder, "ours.yaml")
    assert book.title == "Beside"
    assert [c.id for c in book.criteria] == [c.id for c in playbook("bant").criteria]


def _with(criterion: str) -> str:
    return "extends: default\nid: ours\ncriteria:\n" + criterion


GOOD = '  - {id: need, label: Need, good: g, dies_by: d, examples: {supports: [a], undermines: [b]}, questions: [{ask: "a?", no_if: n, help: h}]}\n'
ONE_PLAY = "plays:\n  - {id: a, reason: Send it, serves: paper}\n"

BROKEN = [
    row("no such file", {}, "ours.yaml", ["ours", "coach playbook list"]),
    row("it extends itself", {"ours": "extends: ours\n"}, "ours.yaml", ["ours.yaml", "extends itself", "ours -> ours"]),
    row("a circle of three", {"ours": "extends: b\n", "b": "extends: c\n", "c": "extends: b\n"}, "ours.yaml", ["b.yaml", "ours -> b -> c -> b"]),
    row("it extends one that is not there", {"ours": "extends: nowhere\n"}, "ours.yaml", ["nowhere", "coach playbook list"]),
    row("not YAML", {"ours": 'id: ours\ntitle: "no end\ncriteria: [\n'}, "ours.yaml", ["ours.yaml", "line ", "not YAML"]),
    row("a day that no calendar has", {"ours": "id: ours\ntitle: 2026-13-45\n"}, "ours.yaml", ["ours.yaml", "not YAML"]),
    row("lists in lists", {"ours": "id: " + "[" * 3_000 + "]" * 3_000}, "ours.yaml", ["ours.yaml", "not YAML"]),
    row("a tab in YAML", {"ours": "id: ours\n\ttitle: x\n"}, "ours.yaml", ["ours.yaml, line 2", "not YAML"]),
    row("a list at the top", {"ours": "- id: ours\n"}, "ours.yaml", ["ours.yaml", "not a playbook"]),
    row("an empty file", {"ours": ""}, "ours.yaml", ["ours.yaml", "not a playbook"]),
    row("a sentence", {"ours": "just words\n"}, "ours.yaml", ["ours.yaml", "not a playbook"]),
    row("a Python object", {"ours": "id: !!python/object/apply:os.system [ls]\n"}, "ours.yaml", ["ours.yaml, line 1", "not YAML"]),
    row("a field that nobody knows", {"ours": "extends: default\ncolour: red\n"}, "ours.yaml", ["ours.yaml: colour"]),
    row("two criteria of one id", {"ours": _with(GOOD + GOOD)}, "ours.yaml", ["ours.yaml", "criterion id used twice: need"]),
    row("an id with capitals", {"ours": _with(GOOD.replace("id: need", "id: Need"))}, "ours.yaml", ["ours.yaml: criteria.0.id"]),
    row("a criterion without examples", {"ours": _with("  - {id: need, label: Need}\n")}, "ours.yaml", ["ours.yaml: criteria.0."]),
    row(
        "the second criterion is wrong",
        {"ours": _with(GOOD + GOOD.replace("id: need", "id: two").replace("label: Need", "label: [1]"))},
        "ours.yaml",
        ["criteria.1.label"],
    ),
    row("an unknown topic", {"ours": _with(GOOD.replace("good: g", "good: g, topic: weather"))}, "ours.yaml", ["criteria.0.topic"]),
    row("an unknown case of a question", {"ours": _with(GOOD.replace("no_if: n", "no_if: n, when: later"))}, "ours.yaml", ["criteria.0.questions.0.when"]),
    row("no criteria", {"ours": "extends: default\ncriteria: []\n"}, "ours.yaml", ["ours.yaml: criteria"]),
    row("too few plays", {"ours": "extends: default\n" + ONE_PLAY}, "ours.yaml", ["ours.yaml: plays"]),
    row("nothing but a title", {"ours": "title: x\n"}, "ours.yaml", ["ours.yaml: "]),
    row("null where a list belongs", {"ours": "extends: default\nplays:\n"}, "ours.yaml", ["ours.yaml: plays"]),
    row("a list as what it extends", {"ours": "extends: [default]\n"}, "ours.yaml", ["['default']", "coach playbook list"]),
    row("a name without end as what it extends", {"ours": f"extends: {'a' * 5_000}\n"}, "ours.yaml", ["aaaa", "coach playbook list"]),
    row("a path as what it extends", {"ours": "extends: ../../etc/passwd\n"}, "ours.yaml", ["passwd"]),
]


@pytest.mark.parametrize(("files", "name", "words"), BROKEN)
def test_what_is_wrong_is_said_with_the_file_and_the_place(tmp_path: Path, files: dict[str, str], name: str, words: list[str]) -> None:
    with pytest.raises(PlaybookError) as caught:
        load(write(tmp_path, **files), name)
    for word in words:
        assert word in str(caught.value)


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_bytes("title: Größe\n".encode("cp1252"))
    with pytest.raises(PlaybookError, match=r"ours\.yaml"):
        load(tmp_path, "ours.yaml")


@pytest.mark.parametrize("id", ["vibes", "", "..", "../examples/1-hope"])
def test_an_unknown_id_says_how_to_list_them(id: str) -> None:
    with pytest.raises(PlaybookError, match="coach playbook list"):
        Settings(prompts=ROOT / "prompts").playbook(id)


def test_a_playbook_that_is_not_utf_8_is_said_to_be_just_that(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_bytes("title: Café\n".encode("latin-1"))
    with pytest.raises(PlaybookError, match=r"ours\.yaml is not UTF-8 text"):
        load(tmp_path, "ours.yaml")


def test_a_playbook_that_cannot_be_read_has_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").symlink_to("/proc/self/mem")  # there, and nobody, not even root, may read its beginning
    with pytest.raises(PlaybookError, match=r"ours\.yaml cannot be read"):
        load(tmp_path, "ours.yaml")
