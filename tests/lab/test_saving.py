"""Whoever saves second is told and loses nothing, and a crash leaves a whole file."""

import signal
import subprocess
import sys
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


SAVES_MORE_THAN_FITS = """
import resource, signal, sys
from pathlib import Path
from coach.lab.saving import save, stamp
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
save(Path(sys.argv[1]), "a.j2", "two" * 100_000, stamp("one"))
"""


@pytest.mark.parametrize(("when", "code"), [("SIG_DFL", -signal.SIGXFSZ), ("SIG_IGN", 1)], ids=["it is killed half way", "the disk is full"])
def test_a_save_that_ends_half_way_leaves_the_old_file_whole_and_the_next_one_works(tmp_path: Path, when: str, code: int) -> None:
    (tmp_path / "a.j2").write_text("one")
    done = subprocess.run([sys.executable, "-c", SAVES_MORE_THAN_FITS, str(tmp_path), when], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    if code == 1:
        assert "a.j2 could not be saved: File too large. Your text is still on the page." in done.stderr
    assert (tmp_path / "a.j2").read_text() == "one"
    save(tmp_path, "a.j2", "two", stamp("one"))
    assert (tmp_path / "a.j2").read_text() == "two"


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
