"""Whoever saves second is told and loses nothing, and a crash leaves a whole file."""

import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from coach.errors import SettingsError
from coach.lab.saving import Conflict, keep, put_new, save, stamp


def test_a_save_over_the_version_that_was_opened_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("one")
    assert save(tmp_path, "a.j2", "two\r\nlines", stamp("one")) == stamp("two\nlines")
    assert (tmp_path / "a.j2").read_bytes() == b"two\nlines"
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["a.j2"]


def test_the_second_of_two_savers_is_told_gets_both_texts_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("one")
    save(tmp_path, "a.j2", "theirs", stamp("one"))
    with pytest.raises(Conflict) as caught:
        save(tmp_path, "a.j2", "mine", stamp("one"))
    assert caught.value.theirs == "theirs"
    assert (tmp_path / "a.j2").read_text() == "theirs"


def test_an_edit_in_another_editor_and_a_deleted_file_are_conflicts_too(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("changed by vim")
    with pytest.raises(Conflict):
        save(tmp_path, "a.j2", "mine", stamp("one"))
    (tmp_path / "a.j2").unlink()
    with pytest.raises(Conflict) as caught:
        save(tmp_path, "a.j2", "mine", stamp("one"))
    assert caught.value.theirs == ""


def test_the_same_text_saved_twice_is_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("two")
    assert save(tmp_path, "a.j2", "two", stamp("one")) == stamp("two")


def test_of_many_savers_at_once_exactly_one_wins(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("one")
    won: list[str] = []

    def try_it(text: str) -> None:
        try:
            save(tmp_path, "a.j2", text, stamp("one"))
        except Conflict:
            return
        won.append(text)

    threads = [Thread(target=try_it, args=(f"text {n}" * 2_000,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(tmp_path / "a.j2").read_text()] == won


SAVES_ON_AND_ON = """
import sys
from pathlib import Path
from coach.lab.saving import save, stamp
texts = ["a" * 3_000_000, "b" * 3_000_000]
while True:
    save(Path(sys.argv[1]), "a.j2", texts[1], stamp(texts[0]))
    print(flush=True)
    texts.reverse()
"""


def test_whoever_is_killed_while_saving_leaves_a_whole_file_and_the_next_save_works(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("a" * 3_000_000)
    for wait in (0.0, 0.01, 0.02, 0.03):
        if (tmp_path / "a.j2").read_text()[0] == "b":
            save(tmp_path, "a.j2", "a" * 3_000_000, stamp("b" * 3_000_000))
        child = subprocess.Popen([sys.executable, "-c", SAVES_ON_AND_ON, str(tmp_path)], stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        time.sleep(wait)
        child.kill()
        child.communicate()
        assert (tmp_path / "a.j2").read_text() in ("a" * 3_000_000, "b" * 3_000_000)


def test_what_is_given_up_is_kept_and_git_does_not_see_it(tmp_path: Path) -> None:
    path = keep(tmp_path, "shared/a.j2", "theirs")
    assert path.read_text() == "theirs"
    assert path.parent == tmp_path / ".kept"
    assert (tmp_path / ".kept" / ".gitignore").read_text() == "*\n"


def test_nothing_is_written_through_a_link_or_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("a secret")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.j2").symlink_to(tmp_path / "outside")
    for name in ("a.j2", "../outside"):
        with pytest.raises(SettingsError, match="leads out"):
            save(tmp_path / "set", name, "mine", stamp("a secret"))
    assert (tmp_path / "outside").read_text() == "a secret"


def test_new_files_are_all_written_or_none_is(tmp_path: Path) -> None:
    (tmp_path / "b.j2").write_text("there")
    with pytest.raises(SettingsError, match=r"b\.j2 is there already"):
        put_new(tmp_path, {"a.j2": "new", "b.j2": "new"})
    assert not (tmp_path / "a.j2").exists()
    with pytest.raises(SettingsError, match="half a character"):
        put_new(tmp_path, {"c.j2": "new", "system.j2": "\ud83d"})
    assert not (tmp_path / "c.j2").exists()


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingsError, match="COACH_SETS"):
        put_new(tmp_path / "file" / "set", {"a.j2": "x"})
