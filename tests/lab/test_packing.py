"""Packs that others send are data (P10, P13): names, kinds, sizes and templates are checked before anything is taken in."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from coach.errors import InputError, SettingsError
from coach.lab import packing
from coach.lab.owned import add, copy, is_own, texts
from coach.lab.packing import LARGEST_PACK, MEMBERS, pack, unpack
from coach.prompting import LARGEST_TEMPLATE
from tests.core.builders import ROOT, row
from tests.lab.builders import DEFAULT, here, zipped

GOOD = {f"ours/{name}": text for name, text in DEFAULT.items()}


def test_a_set_goes_into_a_zip_and_comes_back_the_same_and_the_same_bytes_each_time() -> None:
    assert unpack(pack("ours", DEFAULT), "prompt set") == DEFAULT
    assert pack("ours", DEFAULT) == pack("ours", dict(reversed(DEFAULT.items())))


def test_a_zip_may_have_no_folder_and_what_a_computer_adds_by_itself_is_passed_over() -> None:
    assert unpack(zipped({**DEFAULT, "__MACOSX/._system.j2": b"\xff", ".DS_Store": b"\0", "README.md": "ours"}), "prompt set") == {
        **DEFAULT,
        "README.md": "ours",
    }


def linked() -> bytes:
    out = io.BytesIO(zipped(dict(GOOD)))
    with zipfile.ZipFile(out, "a") as archive:
        member = zipfile.ZipInfo("ours/shared/leak.j2")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return out.getvalue()


def lying() -> bytes:
    """A member that says it has ten bytes and has ten million."""
    data = zipped({**GOOD, "ours/big.txt": b"0" * 10_000_000})
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.rindex(sign, 0, data.rindex(b"ours/big.txt")) if sign == b"PK\x01\x02" else data.index(b"ours/big.txt") - 30
        data = data[: start + at] + struct.pack("<I", 10) + data[start + at + 4 :]
    return data


def locked() -> bytes:
    data = bytearray(zipped(dict(GOOD)))
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    return bytes(data)


def doubled() -> bytes:
    out = io.BytesIO(zipped(dict(GOOD)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("ours/SYSTEM.j2", "twice")
    return out.getvalue()


HOSTILE = [
    row("no zip", b"not a zip at all", "no zip that can be read"),
    row("nothing", b"", "no zip that can be read"),
    row("cut off", zipped(dict(GOOD))[:-40], "no zip that can be read"),
    row("empty", zipped({}), "is empty"),
    row("a name that climbs out", zipped({**GOOD, "ours/../../evil.j2": "x"}), "plain name"),
    row("a name that climbs out at once", zipped({"../evil.j2": "x"}), "plain name"),
    row("a name from the root", zipped({**GOOD, "/etc/evil.j2": "x"}), "plain name"),
    row("a name with a drive", zipped({**GOOD, "C:/evil.j2": "x"}), "plain name"),
    row("a name with backslashes", zipped({**GOOD, "ours\\..\\evil.j2": "x"}), "plain name"),
    row("a name that hides itself", zipped({**GOOD, "ours/.git/config.txt": "x"}), "plain name"),
    row("a name that turns round", zipped({**GOOD, "ours/a\u202ej2.exe.j2": "x"}), "plain name"),
    row("a name with a line break", zipped({**GOOD, "ours/a\n.j2": "x"}), "plain name"),
    row("deep folders", zipped({**GOOD, "ours/a/b/c/d.j2": "x"}), "plain name"),
    row("a program", zipped({**GOOD, "ours/run.py": "import os"}), "holds only .j2, .md, .txt, .yaml"),
    row("a page", zipped({**GOOD, "ours/page.html": "<script>"}), "holds only"),
    row("a link", linked(), "a link or a file of an unusual kind"),
    row("a lock", locked(), "locked with a password"),
    row("two files that are one on some disks", doubled(), "stands twice"),
    row("a file that is a folder too", zipped({**GOOD, "ours/system.j2/a.j2": "x"}), "ours/system.j2 is a file and a folder"),
    row("too many files", zipped({**GOOD, **{f"ours/f{n}.txt": "x" for n in range(MEMBERS)}}), f"{MEMBERS} at most"),
    row("a bomb", zipped({**GOOD, "ours/big.txt": b"0" * 100_000_000}), "is the most"),
    row("many bombs", zipped({**GOOD, **{f"ours/f{n}.txt": b"0" * 200_000 for n in range(40)}}), "would unpack to more"),
    row("a bomb that lies about its size", lying(), "no zip that can be read"),
    row("too large", b"PK" + b"0" * LARGEST_PACK, "at most"),
    row("bytes", zipped({**GOOD, "ours/notes.txt": b"\xff\xfe\x00"}), "not UTF-8"),
    row("NUL", zipped({**GOOD, "ours/notes.txt": b"a\0b"}), "NUL"),
    row("no set", zipped({"readme.md": "x"}), "system.j2 is missing"),
    row("a template that is too long", zipped({**GOOD, "ours/a.j2": "x" * (LARGEST_TEMPLATE + 1)}), "longer than 60,000"),
    row("a template that reaches for Python", zipped({**GOOD, "ours/a.j2": "x\n{{ ''.__class__.__mro__() }}"}), "a.j2, line 2: prompts may not use call"),
    row("a template of brackets", zipped({**GOOD, "ours/a.j2": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}"}), "a.j2, line 1"),
    row("a zip in a zip", zipped({"a.zip": zipped(dict(GOOD))}), "holds only"),
]


@pytest.mark.parametrize(("data", "says"), HOSTILE)
def test_a_hostile_zip_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        unpack(data, "prompt set")
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_only_one_playbook_is_taken_at_a_time() -> None:
    assert unpack(zipped({"ours/ours.yaml": "id: ours", "ours/README.md": "x"}), "playbook") == {"ours.yaml": "id: ours"}
    assert unpack(b"id: ours\r\n", "playbook") == {"brought.yaml": "id: ours\n"}
    for broken in (
        b"- a list",
        b"id: [",
        b"\xff",
        b"id: \0",
        b"x" * 2_000_000,
        b"a: &a [x]\nb: &b " + b"[*a" + b",*a" * 20_000 + b"]\nc: [*b" + b",*b" * 20 + b"]",
    ):
        with pytest.raises(InputError):
            unpack(broken, "playbook")
    with pytest.raises(InputError, match="2 files that end in"):
        unpack(zipped({"a.yaml": "id: a", "b.yaml": "id: b"}), "playbook")


def test_nothing_of_a_refused_zip_is_on_the_disk_and_nothing_is_written_over(tmp_path: Path) -> None:
    settings = here(tmp_path)
    add(settings, "prompt set", "ours", unpack(zipped(dict(GOOD)), "prompt set"))
    assert texts(settings, "prompt set", "ours") == DEFAULT
    assert is_own(settings, "prompt set", "ours")
    for name in ("ours", "default", "playbooks", "../evil", "Evil", "", "a" * 60, "con"):
        with pytest.raises(SettingsError):
            add(settings, "prompt set", name, dict(DEFAULT))
    assert sorted(path.name for path in (tmp_path / "sets").iterdir()) == ["ours"]
    assert not is_own(settings, "prompt set", "default")


def test_a_copy_of_a_playbook_is_the_same_but_for_its_id(tmp_path: Path) -> None:
    settings = here(tmp_path)
    copy(settings, "playbook", "meddpicc", "ours")
    ours, theirs = settings.playbook("ours"), settings.playbook("meddpicc")
    assert ours.id == "ours"
    assert ours.model_copy(update={"id": "meddpicc"}) == theirs
    assert settings.playbooks()[-1] == "ours"
    assert (ROOT / "prompts" / "playbooks" / "meddpicc.yaml").read_text().startswith((tmp_path / "sets/playbooks/ours.yaml").read_text()[:200])


def test_the_limits_of_a_pack_leave_room_for_the_shipped_ones() -> None:
    assert len(pack("default", DEFAULT)) * 10 < packing.LARGEST_PACK
