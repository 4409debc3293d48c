"""Eval cases as files: what is wrong is named with file and line, and what is right comes back as it was written."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.errors import CaseError
from coach.evaluation.cases import load_case, load_cases
from coach.evaluation.writing import case_yaml
from tests.core.builders import ROOT, row
from tests.evaluation.builders import case, eval_folder, merged, no_data, quote, status, yes_case, yes_data


def text_of(**changes: Any) -> str:
    """The YAML of a case; the note is one line, so that lines can be counted."""
    return yaml.safe_dump(yes_data(**changes), sort_keys=False, allow_unicode=True, width=10_000)


def line_of(text: str, words: str) -> int:
    """The line on which words first stand."""
    return text[: text.index(words)].count("\n") + 1


def refused(path: Path, text: str | bytes) -> str:
    """What is said of a case file with that text."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CaseError) as caught:
        load_case(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line_with", "said"),
    [
        row("a field is missing", "title: Owner of a bike shop orders four stands\n", "", "id: stands", "title: Field required"),
        row("a field is unknown", "lang: en", "lang: en\nlanguage: en", "language: en", "language: Extra inputs"),
        row("a number is a word", "version: 1", "version: one", "version: one", "version: Input should be a valid integer"),
        row("a status that there is not", "status: missing", "status: gone", "status: gone", "gold.criteria.budget.status: Input should be 'met'"),
        row("a stage that there is not", "stage: 2", "stage: 3", "stage: 3", "gold.stage"),
        row("a polarity that there is not", "polarity: supports", "polarity: yes", "polarity: yes", "gold.criteria.need.quotes.0.polarity"),
        row("a split that there is not", "split: dev", "split: test", "split: test", "split: Input should be 'dev' or 'holdout'"),
        row("no tag at all", "tags:\n- plain_yes\n", "tags: []\n", "tags: []", "tags: Tuple should have at least 1 item"),
        row("an id with a blank", "id: stands", "id: the stands", "id: the stands", "id: String should match pattern"),
        row("a day that the calendar does not have", "as_of: '2026-03-02'", "as_of: 2026-02-30", "as_of: 2026-02-30", "not a value"),
        row("a tab where none may stand", "lang: en", "\tlang: en", "\tlang", "not YAML"),
        row("a bracket that nobody closes", "lang: en", "lang: [en", "as_of", "not YAML"),
        row("a key that stands twice", "lang: en", "lang: en\nlang: de", "lang: de", "lang stands twice"),
        row("a criterion that stands twice", "    budget:", "    need: {status: missing, quotes: []}\n    budget:", "need: {", "need stands twice"),
        row("gold words that the note lacks", "- I am taking all four\n", "- I am taking all five\n", "all five", "gold words stand 0 times in the note"),
        row("gold words that stand twice", "- I am taking all four\n", "- Mia (sales)\n", "- Mia (sales)\n", "gold words stand 3 times in the note"),
        row("a canary that the note does not hold", "version: 1", "version: 1\ncanary: tweet", "canary: tweet", "the canary does not stand in the note"),
        row("a deal that the note does not hold", "version: 1", "version: 1\ndeals: [Acme]", "Acme", "the deal 'Acme' does not stand in the note"),
        row("a gold stage that is not accepted", "  accept:\n  - 2\n", "  accept:\n  - 1\n", "  - 1\n", "gold.accept lacks gold.stage"),
        row("a gold status that is not accepted", "status: missing\n", "status: missing\n      accept: [met]\n", "accept: [met]", "accept lacks the status"),
        row("a copy of nothing", "lang: en", "lang: en\nfamily: injected", "family: injected", "`of` names the case"),
        row("a relation of a case that is no copy", "lang: en", "lang: en\nrelation: same", "relation: same", "`relation` says"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case_is_named_with_its_line(tmp_path: Path, old: str, new: str, line_with: str, said: str) -> None:
    before = text_of()
    assert old in before
    text = before.replace(old, new, 1)
    message = refused(tmp_path / "stands.yaml", text)
    assert message.startswith(f"stands.yaml:{line_of(text, line_with)}: "), message
    assert said in message


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", "stands.yaml:1: case: Input should be a valid dictionary"),
        ("- a\n- b\n", "stands.yaml:1: case: Input should be a valid dictionary"),
        ("just words", "stands.yaml:1: case: Input should be a valid dictionary"),
        ("a: 1\n---\nb: 2\n", "stands.yaml:2: not YAML"),
        ("a: 1\nb: !!python/object:os.system {}\n", "stands.yaml:2: not YAML"),
        ("a: 1\nb: &b [*b]\n", "stands.yaml:1: holds far more"),
        ("\n".join(["b0: &b0 [x, x]", *(f"b{n + 1}: &b{n + 1} [*b{n}, *b{n}]" for n in range(60))]), "stands.yaml:1: holds far more"),
        ("a: " + "[" * 3_000 + "]" * 3_000, "stands.yaml:1: not YAML"),
        ("a: 1\nb: *nobody\n", "stands.yaml:2: not YAML"),
        ("a: 1\n? [1, 2]\n: 3\n", "stands.yaml:2: not YAML"),
        ("a: 1\nb: 'bell \x07'\n", "stands.yaml:2: not YAML"),
        (b"a: 1\nb: 2\nc: caf\xe9\n", "stands.yaml:3: not UTF-8"),
        (text_of().encode("utf-16"), "stands.yaml:1: not UTF-8"),
    ],
)
def test_what_is_no_case_at_all_is_refused_with_its_line(tmp_path: Path, text: str | bytes, start: str) -> None:
    assert refused(tmp_path / "stands.yaml", text).startswith(start)


def test_half_a_character_in_a_note_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path / "stands.yaml", text_of().replace("title: Owner", 'title: "\\ud83d"\nlang_: Owner', 1).replace("lang_", "x"))
    assert "stands.yaml:" in message


def test_an_id_that_is_taken_names_both_files(tmp_path: Path) -> None:
    folder = eval_folder(tmp_path, yes_data("a"), yes_data("b")) / "cases"
    (folder / "b.yaml").write_text((folder / "b.yaml").read_text().replace("id: b", "id: a", 1))
    with pytest.raises(CaseError, match=r"b\.yaml:1: id a is taken by a\.yaml"):
        load_cases(folder)


def test_a_file_is_named_after_its_case(tmp_path: Path) -> None:
    folder = eval_folder(tmp_path, yes_data("a")) / "cases"
    (folder / "a.yaml").rename(folder / "z.yaml")
    with pytest.raises(CaseError, match=r"z\.yaml:1: the case is called a\. Name the file a\.yaml"):
        load_cases(folder)


def test_a_folder_without_cases_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(CaseError, match="No cases in"):
            load_cases(folder)


def test_a_folder_with_the_name_of_a_case_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "stands.yaml").mkdir()
    with pytest.raises(CaseError, match=r"stands\.yaml:1: cannot be read"):
        load_cases(tmp_path)


def test_a_split_is_what_its_cases_say(tmp_path: Path) -> None:
    folder = eval_folder(tmp_path, yes_data("a"), yes_data("b", split="holdout"), yes_data("c")) / "cases"
    assert [[c.id for c in load_cases(folder, split)] for split in ("dev", "holdout", None)] == [["a", "c"], ["b"], ["a", "b", "c"]]


def test_the_digest_sees_every_change_but_who_labelled() -> None:
    plain = yes_case()
    labelled = yes_case(labels=[{"by": "r1", "stage": 2, "criteria": {}}])
    assert labelled.digest == plain.digest
    changes: list[dict[str, Any]] = [{"note": plain.note + "x"}, {"split": "holdout"}, {"gold": {"why": "x"}}, {"gate": "must_pass"}, {"version": 2}]
    for change in changes:
        assert yes_case(**change).digest != plain.digest


def test_no_real_yes_is_every_case_that_does_not_accept_stage_2() -> None:
    assert not yes_case().gold.no_real_yes
    assert yes_case(gold={"stage": "undetermined", "accept": ["undetermined", 1]}).gold.no_real_yes
    assert not yes_case(gold={"stage": "undetermined", "accept": ["undetermined", 2]}).gold.no_real_yes


@pytest.mark.parametrize(
    "note",
    [
        "\nBegins with an empty line.\nAnd goes on.",
        "  Begins with blanks.\n    More of them.",
        "Ends with blanks.   \nAnd a tab.\t\n",
        "Windows\r\nline ends\r\n",
        "Old\rMac",
        "Next\x85line, line\u2028separator, paragraph\u2029separator",
        "\ufeffA mark in front",
        "Emoji 👩‍👩‍👧 and \u202eturned\u202c words, zero\u200bwidth, soft\xadhyphen",
        "# no comment\n- no list\n--- no document\n...\n",
        "a: b\n? c\n: d\n{{ x }} {% y %} `z` *bold* &amp; <b>",
        "yes",
        "2026-03-02",
        "trailing colon:\n",
        "=HYPERLINK(1)\n'quoted' and \"quoted\"\n",
        "\x07bell",
    ],
)
def test_a_case_that_is_written_reads_as_it_was(note: str, tmp_path: Path) -> None:
    bare = {id: status("missing") for id in ("need", "budget", "authority", "timeline", "decision_process", "competition")}
    made = yes_case(note=note, gold={"decided_by": [], "criteria": bare})
    path = tmp_path / "stands.yaml"
    path.write_text(case_yaml(made), encoding="utf-8")
    assert load_case(path) == made


def test_every_field_comes_back_as_it_was_written(tmp_path: Path) -> None:
    labels = [{"by": "r1", "stage": 2, "criteria": {"need": "met"}}]
    more: dict[str, Any] = {"traps": [{"text": "And the old ones?", "why": "asked"}], "canary": "wobble", "labels": labels}
    data = merged(no_data("x"), {}) | {"gate": "must_pass", "deals": ["Dana"]}
    for made in map(case, (yes_data(**more), data, yes_data("y", family="perturbed", of="x", relation="same", cluster="x"))):
        path = tmp_path / f"{made.id}.yaml"
        path.write_text(case_yaml(made), encoding="utf-8")
        assert load_case(path) == made


def test_a_quote_over_two_lines_is_found_in_the_file(tmp_path: Path) -> None:
    text = text_of(gold={"criteria": {"budget": status("at_risk", quote("no such\nwords", "undermines"))}})
    assert refused(tmp_path / "stands.yaml", text).startswith(f"stands.yaml:{line_of(text, 'text: ' + chr(39) + 'no such')}: ")


def test_the_shipped_cases_load_and_each_is_in_the_one_form() -> None:
    folder = ROOT / "evals" / "cases"
    for path in sorted(folder.glob("*.yaml"))[::12]:
        assert case_yaml(load_case(path)) == path.read_text(encoding="utf-8"), path.name
