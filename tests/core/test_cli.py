"""The command as a user runs it: its own process, real files, standard input, exit codes."""

import csv
import json
import os
import re
import subprocess
import sys
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.core.builders import DATA, ROOT, SHIPPED, row

CALL = DATA / "calls" / "closing-call-01.md"
NOTE = "Call with Dana Whitfield (VP Ops, Northgate). Dana: it costs us 40 grand a quarter. No budget this year. CFO Marcus signs. Feels like a slam dunk."


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without anything that chooses a model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_"))}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "PYTHONWARNINGS": "default", **more}


def coach(*words: str, stdin: bytes = b"", **env: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs the command and waits for it."""
    command = [sys.executable, "-m", "coach.cli", *words]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=ROOT, env=environment(**env), timeout=120)


@cache
def reviewed(form: str) -> bytes:
    """The closing call in a format, on a fixed day."""
    done = coach("review", str(CALL), "--format", form, "--today", "2024-02-15")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout


def folder_of(path: Path, **files: str | bytes) -> Path:
    """A folder with these files; a double underscore stands for the dot."""
    for name, content in files.items():
        (path / name.replace("__", ".")).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def without_seconds(line: str | bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(line)
    data["provenance"]["usage"].pop("seconds")
    return data


SECONDS = re.compile(r"[\d.]+ s\b")

# What comes out.


def test_markdown_is_the_default_for_one_file() -> None:
    done = coach("review", str(CALL), "--today", "2024-02-15")
    assert done.returncode == 0
    assert SECONDS.sub("", done.stdout.decode()) == SECONDS.sub("", reviewed("md").decode())
    assert done.stdout.decode().startswith("# ")


def test_json_and_json_lines_say_the_same() -> None:
    lines = reviewed("jsonl").splitlines()
    assert len(lines) == 1
    assert without_seconds(lines[0]) == without_seconds(reviewed("json"))
    assert reviewed("json").count(b"\n") > 10


def test_csv_has_a_row_for_each_criterion_under_a_heading() -> None:
    rows = list(csv.reader(StringIO(reviewed("csv").decode("utf-8-sig"))))
    assert len({len(cells) for cells in rows}) == 1
    assert len(rows) > len(json.loads(reviewed("json"))["criteria"])


def test_a_calendar_is_one_calendar() -> None:
    text = reviewed("ics").decode()
    assert text.startswith("BEGIN:VCALENDAR")
    assert text.rstrip().endswith("END:VCALENDAR")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT")


def test_an_e_mail_is_a_draft_with_headers_and_nobody_to_send_it_to() -> None:
    from email import message_from_bytes, policy

    message = message_from_bytes(reviewed("email"), policy=policy.default)
    assert message["subject"]
    assert message["to"] is None or not str(message["to"])


@pytest.mark.parametrize("form", ["md", "json", "jsonl", "csv", "ics", "email"])
def test_every_format_ends_with_a_line_end(form: str) -> None:
    assert reviewed(form).endswith(b"\n")


def test_the_day_is_the_one_that_was_given() -> None:
    assert json.loads(reviewed("json"))["provenance"]["today"] == "2024-02-15"


def test_the_playbook_is_the_one_that_was_asked_for() -> None:
    done = coach("review", str(CALL), "--format", "json", "--playbook", "bant")
    assert done.returncode == 0
    assert json.loads(done.stdout)["provenance"]["playbook"] == "bant"


def test_the_answer_is_the_same_in_every_process() -> None:
    def run(seed: str) -> dict[str, Any]:
        return without_seconds(coach("review", str(CALL), "--format", "json", "--today", "2024-02-15", PYTHONHASHSEED=seed).stdout)

    assert run("1") == run("2") == without_seconds(reviewed("json"))


# What goes in.


@pytest.mark.parametrize("words", [(), ("-",)], ids=["no file", "a dash"])
def test_standard_input_is_read(words: tuple[str, ...]) -> None:
    done = coach("review", *words, "--format", "json", "--today", "2026-03-02", stdin=NOTE.encode("utf-16"))
    assert done.returncode == 0, done.stderr.decode()
    data = json.loads(done.stdout)
    assert (data["source"]["name"], data["source"]["characters"]) == ("standard input", len(NOTE))


def test_a_folder_is_written_as_json_lines_with_the_name_of_each_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    folder_of(tmp_path, b__txt=NOTE, a__md=NOTE)
    folder_of(tmp_path / "sub", a__unheard_of=NOTE)
    done = coach("review", str(tmp_path))
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    assert [json.loads(line)["source"]["name"] for line in done.stdout.splitlines()] == ["a.md", "b.txt", "sub/a.unheard_of"]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder_of(tmp_path, a__txt=NOTE, b__txt=b"\x00\x01\x02" * 50, c__txt=b"", d__txt=NOTE)
    done = coach("review", str(tmp_path / "gone.txt"), "x" * 5_000, str(tmp_path))
    assert done.returncode == 2
    assert [json.loads(line)["source"]["name"] for line in done.stdout.splitlines()] == ["a.txt", "d.txt"]
    told = done.stderr.decode()
    assert all(name in told for name in ("b.txt", "c.txt", "gone.txt", "xxx cannot be read: File name too long"))
    assert "Traceback" not in told


def test_a_file_without_end_is_read_to_the_limit_and_refused() -> None:
    for words, stdin in ((("/dev/zero",), None), (("-",), Path("/dev/zero"))):
        with (stdin or Path(os.devnull)).open("rb") as source:
            command = ["sh", "-c", f'ulimit -v 4000000; exec "{sys.executable}" -m coach.cli turns "$@"', "sh", *words]
            done = subprocess.run(command, stdin=source, capture_output=True, check=False, cwd=ROOT, env=environment(), timeout=120)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"the most that is read is 25 MB" in done.stderr


@pytest.mark.parametrize("command", ["review", "turns"])
def test_a_link_out_of_a_folder_is_not_followed_and_the_others_go_on(tmp_path: Path, command: str) -> None:
    (tmp_path / "calls").mkdir()
    folder_of(tmp_path, private__txt="Sunflower." + NOTE)
    folder_of(tmp_path / "calls", b__txt=NOTE)
    (tmp_path / "calls" / "a.txt").symlink_to(tmp_path / "private.txt")
    (tmp_path / "calls" / "c.txt").symlink_to("b.txt")
    done = coach(command, str(tmp_path / "calls"))
    assert done.returncode == 2
    assert b"Sunflower" not in done.stdout
    assert "a.txt is a link to a file outside the folder" in done.stderr.decode()
    assert b"c.txt" in done.stdout


def test_turns_prints_one_turn_a_line_with_offsets_into_what_was_read(tmp_path: Path) -> None:
    folder_of(tmp_path, call__vtt="WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ann Lee>Shall we?</v>\n\n00:03.000 --> 00:04.000\nNo.\n")
    done = coach("turns", str(tmp_path / "call.vtt"), "--format", "jsonl")
    assert done.returncode == 0, done.stderr.decode()
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {
        "file": "call.vtt",
        "conversation": 0,
        "name": "call.vtt",
        "turn": 0,
        "speaker": "Ann Lee",
        "side": "unknown",
        "kind": "transcript",
        "start": 1.0,
        "end": 2.5,
        "text": "Shall we?",
        "offsets": [16, 25],
    }
    assert (second["speaker"], second["text"]) == (None, "No.")


def test_turns_names_each_conversation_of_a_file_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    table = 'Id,Subject,Notes\n1,First,No money.\n2,Second,"<b>June</b>, he said."\n'
    folder_of(tmp_path, a__csv=table, b__pdf=b"%PDF-1.7", c__txt="No.\u200b Money <!-- yes -->")
    done = coach("turns", str(tmp_path), "--format", "jsonl")
    assert done.returncode == 2
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    notes = [(row["file"], row["conversation"], row["name"], row["text"]) for row in rows if row["kind"] == "notes"]
    assert notes == [
        ("a.csv", 0, "a.csv: First", "No money."),
        ("a.csv", 1, "a.csv: Second", "June, he said."),
        ("c.txt", 0, "c.txt", "No.\u200b Money"),
    ]
    told = done.stderr.decode()
    assert "b.pdf is a damaged PDF" in told
    assert "c.txt: hidden text: 13 characters, not counted as said" in told


def test_turns_in_plain_words_says_who_is_who_and_what_was_not_said(tmp_path: Path) -> None:
    folder_of(tmp_path, call__txt="Outcome: won\n\nRep: Shall we?\x1b[31m\nDana: No.\nRep: When?\nDana: <!-- now --> In June.")
    done = coach("turns", str(tmp_path / "call.txt"))
    shown = done.stdout.decode().splitlines()
    assert shown[0] == "call.txt: transcript, 5 turns, 4 of them said or reported"
    assert shown[1] == "  hidden text: 12 characters, not counted as said (an HTML comment: 12)"
    assert "- (unknown) [summary]: Outcome: won" in shown
    assert any(line.startswith("  Dana: prospect: ") for line in shown)
    assert "Dana (prospect): In June." in shown
    assert b"\x1b" not in done.stdout


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(200_000_000)
    done = coach("turns", str(tmp_path / "big.txt"))
    assert done.returncode == 2
    assert "big.txt has 200 MB; the most that is read is 25 MB." in done.stderr.decode()


# Exit codes.

MISTAKES = [
    row("an unknown option", ("review", "--colour", "red"), "--colour"),
    row("an unknown command", ("reviev",), "reviev"),
    row("an unknown format", ("review", str(CALL), "--format", "pdf"), "pdf"),
    row("no date", ("review", str(CALL), "--today", "tomorrow"), "tomorrow"),
    row("a day that does not exist", ("review", str(CALL), "--today", "2026-02-30"), "2026-02-30"),
    row("a day at the end of time", ("review", str(CALL), "--today", "9999-12-20"), "2000 to 2199"),
    row("an unknown playbook", ("review", str(CALL), "--playbook", "vibes"), "coach playbook list"),
    row("a file that is not there", ("review", "gone.txt"), "gone.txt is not there"),
    row("a file that is no text", ("review", str(ROOT / "coach" / "textmodel" / "weights.npz")), "zip or Office file"),
    row("a file as the memory of a run", ("review", str(CALL), "--resume", str(CALL)), "left as it is"),
    row("no job at all", ("review", str(CALL), "--jobs", "0"), "--jobs"),
    row("a format for one file, and a folder", ("review", str(DATA / "calls"), "--format", "md"), "jsonl"),
    row("nothing on standard input", ("review",), "is empty"),
    row("a model without a key or a server", ("review", str(CALL), "--model", "gpt-x"), "OPENAI_API_KEY"),
]


@pytest.mark.parametrize(("words", "told"), MISTAKES)
def test_a_mistake_exits_2_and_says_what_to_do(words: tuple[str, ...], told: str) -> None:
    done = coach(*words)
    assert done.returncode == 2, done.stderr.decode()
    assert done.stdout == b""
    assert told in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize(("name", "value"), [("COACH_TIMEOUT", "soon"), ("COACH_PROMPTS", ""), ("COACH_SETS", " "), ("COACH_CACHE", "")])
def test_a_setting_that_cannot_be_used_exits_2_and_names_it(name: str, value: str) -> None:
    done = coach("review", str(CALL), stdin=b"", **{name: value})
    assert done.returncode == 2
    assert f"{name} cannot be used" in done.stderr.decode()


@pytest.mark.parametrize("words", [("review", str(CALL), "--prompts", "nope"), ("try", str(CALL), "--b", "prompts=nope")], ids=["review", "try"])
def test_a_prompt_set_that_is_not_there_is_said_also_where_nobody_would_ask_it(words: tuple[str, ...]) -> None:
    done = coach(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "No prompt set nope. `coach prompts list` lists" in done.stderr.decode()


def test_a_model_that_cannot_be_reached_exits_3_and_names_the_offline_way(tmp_path: Path) -> None:
    folder_of(tmp_path, a__txt=NOTE, b__txt=NOTE)
    key = "sk-canary-0123456789"
    done = coach("review", str(tmp_path), COACH_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_API_KEY=key, COACH_TIMEOUT="2")
    told = done.stderr.decode()
    assert done.returncode == 3
    assert done.stdout == b""
    assert told.count("--model offline") == 2
    assert "a.txt" in told
    assert "b.txt" in told
    assert key not in told
    assert "40 grand" not in told
    assert "Traceback" not in told


def test_a_configured_model_is_left_out_where_the_offline_analyst_is_asked_for() -> None:
    done = coach("review", str(CALL), "--model", "offline", "--format", "json", COACH_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["provenance"]["model"] == "offline analyst"


# What is told beside it.


def test_explain_says_on_standard_error_how_the_verdict_came_about() -> None:
    done = coach("review", str(CALL), "--explain", "--format", "json", "--today", "2024-02-15")
    told = done.stderr.decode()
    assert done.returncode == 0
    assert without_seconds(done.stdout) == without_seconds(reviewed("json"))
    assert "Reading for evidence" in told
    assert f"rule “{json.loads(done.stdout)['verdict']['rule']}”" in told
    for commitment in json.loads(done.stdout)["commitments"]:
        assert commitment["quote"]["text"] in told


ACTING = "\x9b31m\x1b]0;owned\x07\x7f\u202e"
"""What a terminal acts on."""
SAID = f"Rep: Hi.\nDana: We {ACTING}signed the contract today.\nRep: Ah.\nDana: Bye."
TABLE = f"Id,Subject,Notes\n1,{ACTING}deal,No <!-- x --> money.\n2,June,No.\n"


@pytest.mark.parametrize("words", [("review", "--explain"), ("turns",), ("turns", "--format", "jsonl")])
def test_nothing_of_a_note_or_its_title_reaches_a_terminal_as_more_than_words(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder_of(tmp_path, a__csv=TABLE, b__txt=SAID)
    done = coach(*words, str(tmp_path))
    assert done.returncode == 0, done.stderr.decode()
    assert not set("\x1b\x07\x7f\x9b\u202e") & set(done.stdout.decode() + done.stderr.decode())
    if "jsonl" in words:
        assert f"We {ACTING}signed the contract today." in [json.loads(line)["text"] for line in done.stdout.splitlines()]


def test_help_names_the_exit_ways_and_every_command() -> None:
    told = coach("--help").stdout.decode()
    assert all(name in told for name in ("review", "schema", "prompts", "playbook", "app"))
    assert coach("review", "-h").returncode == 0


def test_playbooks_are_listed_with_their_titles() -> None:
    told = coach("playbook", "list").stdout.decode().splitlines()
    assert told[0].startswith("default ")
    assert {line.split()[0] for line in told} == set(SHIPPED)
    assert all(len(line.split(maxsplit=2)) == 3 for line in told)


# The schema.


def fits(value: object, node: dict[str, Any], schema: dict[str, Any], place: str = "$") -> list[str]:
    """What of a value breaks the schema: keys that lack, keys too many, types, words that are not allowed."""
    if "$ref" in node:
        return fits(value, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema, place)
    for word in ("anyOf", "oneOf"):
        if word in node:
            fitting = [choice for choice in node[word] if not fits(value, choice, schema, place)]
            return [] if fitting else [f"{place}: fits none of {len(node[word])} forms"]
    if "const" in node and value != node["const"]:
        return [f"{place}: not {node['const']!r}"]
    if "enum" in node and value not in node["enum"]:
        return [f"{place}: {value!r} is not one of {node['enum']}"]
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    if "type" in node and not isinstance(value, kinds[node["type"]]):
        return [f"{place}: no {node['type']}"]
    faults = []
    if isinstance(value, dict):
        known = node.get("properties", {})
        faults += [f"{place}.{name}: lacks" for name in node.get("required", []) if name not in value]
        faults += [f"{place}.{name}: unknown" for name in value if name not in known and node.get("additionalProperties") is False]
        faults += [fault for name, item in value.items() if name in known for fault in fits(item, known[name], schema, f"{place}.{name}")]
    if isinstance(value, list):
        faults += [fault for at, item in enumerate(value) for fault in fits(item, node.get("items", {}), schema, f"{place}[{at}]")]
    return faults


def test_the_schema_fits_what_is_written(tmp_path: Path) -> None:
    schema = json.loads(coach("schema").stdout)
    folder_of(tmp_path, note__txt=NOTE, none__txt="The weather was fine and we had cake.")
    written = [*coach("review", str(tmp_path), str(CALL)).stdout.splitlines(), reviewed("json")]
    assert len(written) == 4
    for text in written:
        data = json.loads(text)
        assert fits(data, schema, schema) == []
        assert {"source", "verdict", "criteria", "evidence", "advice", "provenance"} <= set(schema["required"]) & data.keys()
        assert {"stage", "rule", "for", "against"} <= data["verdict"].keys()


def test_the_schema_does_not_fit_everything() -> None:
    schema = json.loads(coach("schema").stdout)
    data = json.loads(reviewed("json"))
    assert fits({**data, "extra": 1}, schema, schema) == ["$.extra: unknown"]
    assert fits({k: v for k, v in data.items() if k != "verdict"}, schema, schema) == ["$.verdict: lacks"]
    assert fits({**data, "verdict": {**data["verdict"], "stage": 3}}, schema, schema)


@pytest.mark.parametrize("words", [("--max-usd", "nan"), ("--max-usd", "inf"), ("--resume", "x" * 5_000)], ids=lambda words: f"{words[0]} {words[1][:5]}")
def test_an_option_that_could_limit_or_keep_nothing_is_refused_in_a_sentence(words: tuple[str, str]) -> None:
    done = coach("review", str(CALL), *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no amount of dollars" in done.stderr or b"cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr
