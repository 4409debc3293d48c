"""`coach prompts` and `coach playbook` as they are used: in a folder of one's own, in CI, and with what strangers send."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.builders import ROOT
from tests.lab.builders import DEFAULT, zipped

CALL = ROOT / "prompts" / "examples" / "1-hope.txt"


class Lab:
    """The command in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, **env: str) -> tuple[int, list[str], str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "OPENAI_", "GITHUB_"))}
        command = [sys.executable, "-m", "coach.cli", *words]
        done = subprocess.run(command, cwd=self.folder, env={**clean, **env}, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout.splitlines(), done.stderr.strip()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_a_prompt_is_changed_checked_and_held_against_the_shipped_one(lab: Lab) -> None:
    assert lab("prompts", "new", "ours") == (0, ["sets/ours"], "")
    assert [line.split()[:2] for line in lab("prompts", "list")[1]] == [["default", "shipped"], ["small", "shipped"], ["ours", "own"]]
    assert lab("prompts", "diff", "default", "ours") == (0, [], "")
    extract = lab.folder / "sets" / "ours" / "extract.j2"
    extract.write_text(extract.read_text() + "{{ todya }}\n")
    line = "sets/ours/extract.j2:7: nothing here is called todya. Did you mean today?"
    assert lab("prompts", "lint", "ours") == (1, [line], "ours: 1 error")
    assert lab("prompts", "lint", "sets/ours")[:2] == (1, [line])
    assert lab("prompts", "lint")[2] == "default, small, ours: 1 error"
    assert lab("prompts", "diff", "default", "ours")[1] == [
        "extract.j2",
        "from line 5",
        *(f" {one}" for one in DEFAULT["extract.j2"].splitlines()[4:]),
        "+{{ todya }}",
    ]


def test_on_github_findings_are_annotations_too(lab: Lab) -> None:
    lab("prompts", "new", "ours")
    (lab.folder / "sets" / "ours" / "judge.j2").write_text("{{ x")
    code, lines, _ = lab("prompts", "lint", "ours", GITHUB_ACTIONS="true")
    assert code == 1
    assert any(line.startswith("::error file=sets/ours/judge.j2,line=1::") for line in lines)


def test_notes_alone_do_not_fail(lab: Lab) -> None:
    lab("prompts", "new", "ours")
    (lab.folder / "sets" / "ours" / "archive.j2").write_text("old")
    code, lines, told = lab("prompts", "lint", "ours")
    assert (code, told) == (0, "ours: 1 note")
    assert lines == ["sets/ours/archive.j2:1: note: nothing includes this file, so no model gets it."]


def test_what_a_model_would_get_is_shown_with_tokens_and_what_is_shared(lab: Lab) -> None:
    code, lines, _ = lab("prompts", "render", "--note", str(CALL))
    assert code == 0
    assert [line.split()[0] for line in lines[:-1]] == ["extract", "judge", "skeptical", "ruthless"]
    assert "% of the bytes are the same" in lines[-1]
    code, lines, _ = lab("prompts", "render", "--task", "judge", "--playbook", "bant")
    assert lines[0] == "--- judge: system"
    assert any("Task: find what the buying side committed to." in line for line in lines)


def test_a_long_text_is_shown_in_the_parts_that_a_model_would_get(lab: Lab) -> None:
    (lab.folder / "long.txt").write_text("".join(f"Dana (CEO): The order came late again, for the {n} th time this year.\n" for n in range(300)))
    _, lines, _ = lab("prompts", "render", "--note", "long.txt", COACH_WINDOW="1000")
    names = [line.split("about")[0].strip() for line in lines[:-1]]
    assert names[0].startswith("part, part 1 of")
    assert "judge, the end" in names


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("prompts", "lint", "nowhere"), "No prompt set nowhere. `coach prompts list` lists those there are."),
        (("prompts", "new", "default"), "There is a prompt set called default already."),
        (("prompts", "new", "../up"), "cannot be a name"),
        (("prompts", "render", "--task", "dance"), "No task dance on this note. There are: extract, judge, skeptical, ruthless."),
        (("prompts", "unpack", "bad.zip"), "no zip that can be read"),
        (("playbook", "lint", "vibes"), "No playbook vibes. `coach playbook list` lists those there are."),
        (("playbook", "new", "ours", "--from", "vibes"), "No playbook vibes."),
        (("playbook", "coverage", "vibes"), "No playbook vibes."),
        (("review", str(CALL), "--prompts", "nowhere", "--model", "m"), "No prompt set nowhere."),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_exits_2_with_a_sentence(lab: Lab, words: tuple[str, ...], says: str) -> None:
    (lab.folder / "bad.zip").write_text("no zip")
    code, _, told = lab(*words, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert code == 2
    assert says in told
    assert "Traceback" not in told


def test_a_pack_goes_from_one_team_to_another(lab: Lab) -> None:
    assert lab("prompts", "pack", "default", "out.zip") == (0, ["out.zip"], "")
    assert lab("prompts", "unpack", "out.zip", "--name", "theirs") == (0, ["sets/theirs"], "")
    assert lab("prompts", "pack", "theirs", "out.zip") == (2, [], "out.zip is there already. Name another file, or move that one away.")
    assert lab("prompts", "lint", "theirs") == (0, [], "theirs: nothing found")
    assert lab("playbook", "pack", "bant")[1] == ["bant.zip"]
    assert lab("playbook", "unpack", "bant.zip", "--name", "ours") == (0, ["sets/playbooks/ours.yaml"], "")
    assert lab("playbook", "lint", "ours") == (0, [], "ours: nothing found")


def test_a_hostile_pack_leaves_nothing_behind(lab: Lab) -> None:
    (lab.folder / "evil.zip").write_bytes(zipped({**DEFAULT, "../evil.j2": "x"}))
    assert lab("prompts", "unpack", "evil.zip")[0] == 2
    assert sorted(path.name for path in lab.folder.iterdir()) == ["evil.zip"]


def test_a_playbook_of_ones_own_is_listed_linted_and_reviewed_with(lab: Lab) -> None:
    assert lab("playbook", "new", "ours", "--from", "spiced")[0] == 0
    assert lab("playbook", "list")[1][-1].split()[:2] == ["ours", "own"]
    path = lab.folder / "sets" / "playbooks" / "ours.yaml"
    path.write_text(path.read_text().replace("{date}", "{dat}", 1))
    code, lines, _ = lab("playbook", "lint", "ours")
    assert code == 1
    assert lines[0].startswith("sets/playbooks/ours.yaml:")
    assert "Did you mean date?" in lines[0]
    done = json.loads("".join(lab("review", str(CALL), "--playbook", "ours", "--format", "json")[1]))
    assert done["provenance"]["playbook"] == "ours"


def test_the_schema_of_a_playbook_is_printed_for_editors(lab: Lab) -> None:
    code, lines, _ = lab("playbook", "schema")
    assert code == 0
    assert "extends" in json.loads("\n".join(lines))["properties"]


def test_a_review_can_choose_its_prompt_set_and_a_shipped_name_is_not_shadowed(lab: Lab) -> None:
    from coach.settings import Settings

    lab("prompts", "new", "ours")
    settings = Settings(sets=lab.folder / "sets")
    assert settings.prompt_folder("ours") == lab.folder / "sets" / "ours"
    (lab.folder / "sets" / "default").mkdir()
    (lab.folder / "sets" / "default" / "system.j2").write_text("mine")
    assert settings.prompt_folder("default") == settings.prompts / "default"
    assert settings.prompt_sets() == ("default", "small", "ours")
