"""Replayed suites from end to end: they answer from their files alone, and whatever does not fit is exit code 3."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.answering import CHECKED
from coach.errors import ReplayError
from coach.evaluation.manifest import NAME, check_manifest, recorded_cases, write_manifest
from coach.evaluation.oracle import Dictated
from coach.evaluation.recording import Job, record_case
from coach.evaluation.results import RunFolder, read_run
from coach.evaluation.runner import Plan, head_of, run
from coach.evaluation.suites import NoNetworkError, Suite, recorded_suites
from coach.llm.asker import OnText, RawReply, Sent
from coach.llm.recordings import Made, Recorder, read_record
from coach.llm.scripted import Scripted
from coach.playbook import Criterion, Playbook
from coach.settings import load
from tests.core.builders import ROOT, playbook
from tests.evaluation.builders import MISSING, eval_folder, no_case, no_data, whole_set
from tests.evaluation.conftest import Folder, Said
from tests.llm.conftest import Model, completion

ALONE = "dev-no"


def replay(folder: Folder, out: str = "r", *words: str) -> Said:
    """Replays in one worker."""
    return folder.coach("run", "--suite", "authored", "--workers", "1", "--out", folder.runs / out, *words)


def files(folder: Folder, case: str = ALONE) -> dict[str, Path]:
    """The recordings of a case by their task."""
    return {path.name.split(".")[0]: path for path in sorted((folder.recordings / case).glob("*.json"))}


def listed_anew(folder: Folder) -> None:
    """The manifest as if all had been recorded as it is now."""
    (folder.recordings / NAME).unlink(missing_ok=True)
    write_manifest(folder.recordings, recorded_cases(folder.recordings))


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_authored_recordings_replay_to_the_gold_answers_and_pass(recorded: Folder) -> None:
    done = replay(recorded)
    assert done.code == 0, done.err
    whole = read_run(recorded.runs / "r")
    assert (whole.source, whole.model, len(whole.results)) == ("authored", "gold", len(whole_set()))
    assert {one.answer.label == one.about.gold for one in whole.results if one.answer} == {True}
    assert all(one.passed for one in whole.results)
    assert recorded.coach("gate", recorded.runs / "r").code == 0


def test_two_replays_are_the_same_but_for_their_seconds(recorded: Folder) -> None:
    assert replay(recorded, "a", "--case", ALONE).code == replay(recorded, "b", "--case", ALONE).code == 0
    a, b = (json.loads((recorded.runs / name / "run.json").read_text()) for name in "ab")
    for one in (a, b):
        one.pop("seconds")
        one.pop("started")
    assert a == b


def _one_is_gone(folder: Folder) -> None:
    files(folder)["judge"].unlink()
    listed_anew(folder)


def _the_case_changed(folder: Folder) -> None:
    edited(folder.evals / "cases" / f"{ALONE}.yaml", "as_of: '2026-03-02'", "as_of: '2026-03-03'")


def _a_reply_was_edited(folder: Folder) -> None:
    edited(files(folder)["judge"], "No money, and Marcus signs.", "All is well.")


def _a_request_was_edited(folder: Folder) -> None:
    edited(files(folder)["judge"], '"temperature": 0.0', '"temperature": 0.5')
    listed_anew(folder)


def _one_was_deleted(folder: Folder) -> None:
    files(folder)["judge"].unlink()


def _one_was_added(folder: Folder) -> None:
    shutil.copy(files(folder)["judge"], folder.recordings / ALONE / "judge.0.copy.json")


def _the_manifest_is_gone(folder: Folder) -> None:
    (folder.recordings / NAME).unlink()


def _all_of_them_are_gone(folder: Folder) -> None:
    for case in recorded_cases(folder.recordings):
        shutil.rmtree(folder.recordings / case)


def _nothing_asks_for_one(folder: Folder) -> None:
    sent = read_record(files(folder)["judge"]).sent
    Recorder(Scripted([RawReply(text="{}", served="gold")], "gold"), folder.recordings / ALONE, Made(kind="authored", on="then", tool="t"), epoch=1)(sent)
    listed_anew(folder)


def _a_case_is_gone(folder: Folder) -> None:
    (folder.evals / "cases" / "dev-no-p1.yaml").unlink()


def _one_reply_is_of_a_live_model(folder: Folder) -> None:
    edited(files(folder)["judge"], '"kind": "authored"', '"kind": "live"')
    listed_anew(folder)


def _one_reply_is_of_another_version(folder: Folder) -> None:
    edited(files(folder)["skeptical"], '"served": "gold"', '"served": "gold-2026-01"')
    listed_anew(folder)


def _one_is_no_json(folder: Folder) -> None:
    files(folder)["extract"].write_text("{")
    listed_anew(folder)


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (_one_is_gone, "dev-no: the judge request to gold was never recorded. Record it: coach eval record --missing."),
        (_the_case_changed, "dev-no: the extract request to gold changed since it was recorded: user message 2 (+1 -1 lines). Record it again"),
        (_a_reply_was_edited, "authored/MANIFEST.sha256: dev-no/judge.0."),
        (_a_request_was_edited, "was changed by hand: its request and its key differ"),
        (_one_was_deleted, "is missing since it was recorded"),
        (_one_was_added, "was changed by hand"),
        (_the_manifest_is_gone, "authored has recordings and no MANIFEST.sha256"),
        (_all_of_them_are_gone, "is missing since it was recorded"),
        (_nothing_asks_for_one, "was recorded and nothing asks for it any more"),
        (_a_case_is_gone, "authored: recordings of dev-no-p1, which is no case"),
        (_one_reply_is_of_a_live_model, "authored mixes recordings of 1 models and 2 kinds"),
        (_one_reply_is_of_another_version, "authored mixes recordings of 2 models and 1 kinds"),
        (_one_is_no_json, "is damaged. Record it again"),
    ],
)
def test_recordings_that_do_not_fit_are_exit_code_3_and_say_what_is_wrong(recorded: Folder, breaks: Callable[[Folder], None], said: str) -> None:
    breaks(recorded)
    done = replay(recorded)
    assert done.code == 3
    assert said in done.err, done.err
    assert not (recorded.runs / "r" / "run.json").exists()


def test_a_prompt_that_changed_is_named_with_its_lines(recorded: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    template = next((tmp_path / "prompts" / "default").glob("judge*.j2"))
    template.write_text(template.read_text() + "\nBe strict.\n")
    monkeypatch.setenv("COACH_PROMPTS", str(tmp_path / "prompts"))
    done = replay(recorded)
    assert done.code == 3
    assert "the judge request to gold changed since it was recorded: user message" in done.err
    assert "(+1 -0 lines)" in done.err or "(+2 -0 lines)" in done.err


def test_everything_at_once_stops_at_recordings_that_do_not_fit(recorded: Folder) -> None:
    _a_reply_was_edited(recorded)
    done = recorded.coach("all", "--out", recorded.runs / "x")
    assert done.code == 3
    assert "was changed since it was recorded" in done.err


def test_a_recording_of_another_prompt_set_replays_with_that_set(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    shutil.copytree(tmp_path / "prompts" / "default", tmp_path / "prompts" / "other")
    template = next((tmp_path / "prompts" / "other").glob("judge*.j2"))
    template.write_text(template.read_text() + "\nBe strict.\n")
    monkeypatch.setenv("COACH_PROMPTS", str(tmp_path / "prompts"))
    assert folder.coach("record", "--authored", "--prompts", "other", "--case", ALONE).code == 0
    assert replay(folder, "a", "--prompts", "other").code == 0
    assert replay(folder, "b").code == 0, "the recordings know their set"
    assert replay(folder, "c", "--prompts", "default").code == 3


class Reaching(Playbook):
    """A playbook that phones home when it is asked something."""

    def criterion(self, id: str) -> Criterion | None:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
        return super().criterion(id)


def test_whatever_reaches_for_the_network_in_a_replay_is_stopped_in_its_worker(recorded: Folder) -> None:
    suite = Suite(name="authored", model="gold", source="authored", recordings=recorded.recordings)
    case = no_case(**next(one for one in whole_set() if one["id"] == ALONE))
    plan = Plan(suite, [case], Reaching.model_validate(playbook().model_dump()), workers=1)
    with pytest.raises(ReplayError, match="A replay never talks to the network"):
        run(plan, RunFolder(recorded.runs / "r"), head_of(plan, "then"))


WAYS = """
socket.create_connection(('127.0.0.1', 9), 1)
socket.socket().connect_ex(('127.0.0.1', 9))
socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))
socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], (), 0, ('127.0.0.1', 9))
socket.getaddrinfo('localhost', 9)
socket.gethostbyname('localhost')
socket.gethostbyaddr('127.0.0.1')
"""
SHUT = f"""
import socket
from coach.evaluation.command import told
from coach.evaluation.suites import NoNetworkError, shut_network
shut_network()
for way in {WAYS.split(chr(10))!r}:
    try:
        eval(way or "socket.getfqdn('x')")
    except NoNetworkError:
        continue
    print("open:", way)
with told():
    socket.getaddrinfo('localhost', 9)
"""


def test_every_way_to_the_network_is_shut_and_ends_in_exit_code_3() -> None:
    done = subprocess.run([sys.executable, "-c", SHUT], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "A replay never talks to the network.\n")
    assert issubclass(NoNetworkError, ReplayError)


class Stutters(Dictated):
    """Says half of its first answer to each request, and all of it when it is asked again."""

    half = False

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        self.half = not self.half
        whole = super().__call__(sent)
        return whole.model_copy(update={"text": whole.text[: len(whole.text) // 2]}) if self.half else whole


def test_a_reply_that_was_mended_by_asking_again_replays_with_both_turns(folder: Folder) -> None:
    suite = Suite(name="authored", model="gold", source="authored", recordings=folder.recordings)
    case = no_case(**next(one for one in whole_set() if one["id"] == ALONE))
    record_case(Job(suite, load(), playbook(), Made(kind="authored", on="2026-03-02", tool="t")), case, Stutters(case))
    write_manifest(folder.recordings, [ALONE])
    assert len(list((folder.recordings / ALONE).glob("*.json"))) == 6
    assert replay(folder).code == 0
    (one,) = read_run(folder.runs / "r").results
    assert one.answer is not None
    assert (one.answer.calls, one.answer.label, one.passed) == (6, 1, True)


# Recording.


def test_only_what_is_missing_is_recorded_and_a_second_time_nothing_is(recorded: Folder) -> None:
    shutil.rmtree(recorded.recordings / ALONE)
    before = {path: path.stat().st_mtime_ns for path in recorded.recordings.glob("*/*.json")}
    assert "1 cases recorded" in recorded.coach("record", "--authored").out
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert "Nothing is missing" in recorded.coach("record", "--authored").out
    assert replay(recorded).code == 0


def test_what_is_stale_is_recorded_anew_and_nothing_else(recorded: Folder) -> None:
    _the_case_changed(recorded)
    done = recorded.coach("record", "--authored", "--stale")
    assert "1 cases recorded" in done.out, done
    assert replay(recorded).code == 0


def test_recording_one_case_does_not_cover_up_a_change_to_another(recorded: Folder) -> None:
    _a_reply_was_edited(recorded)
    shutil.rmtree(recorded.recordings / "dev-yes")
    assert recorded.coach("record", "--authored").code == 0
    done = replay(recorded)
    assert done.code == 3
    assert "dev-no/judge" in done.err


def test_the_manifest_is_one_that_sha256sum_can_check(recorded: Folder) -> None:
    if sha256sum := shutil.which("sha256sum"):
        subprocess.run([sha256sum, "--quiet", "-c", NAME], cwd=recorded.recordings, check=True)
    assert (recorded.recordings / NAME).read_text().count("\n") == len(list(recorded.recordings.glob("*/*.json")))


class Dies(Dictated):
    """Answers the first request and fails at the second."""

    asked = 0

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        self.asked += 1
        if self.asked > 1:
            raise KeyboardInterrupt
        return super().__call__(sent)


def test_a_recording_that_was_cut_off_leaves_the_old_one_and_nothing_half(recorded: Folder) -> None:
    before = {path.name: path.read_bytes() for path in files(recorded).values()}
    suite = Suite(name="authored", model="gold", source="authored", recordings=recorded.recordings)
    case = no_case(**next(one for one in whole_set() if one["id"] == ALONE))
    with pytest.raises(KeyboardInterrupt):
        record_case(Job(suite, load(), playbook(), Made(kind="authored", on="2026-03-02", tool="t")), case, Dies(case))
    assert {path.name: path.read_bytes() for path in files(recorded).values()} == before
    assert not list(recorded.recordings.glob("*.part"))


def test_what_a_killed_recording_left_behind_is_no_recording(recorded: Folder) -> None:
    shutil.copytree(recorded.recordings / ALONE, recorded.recordings / f"{ALONE}.part")
    check_manifest(recorded.recordings)
    assert f"{ALONE}.part" not in recorded_cases(recorded.recordings)
    assert [suite.name for suite in recorded_suites(recorded.recordings.parent)] == ["authored"]
    assert replay(recorded).code == 0


def test_a_few_recordings_are_spread_over_stages_and_splits(folder: Folder) -> None:
    assert folder.coach("record", "--authored", "--most", "5").code == 0
    made = recorded_cases(folder.recordings)
    assert len(made) == 5
    assert {"dev-yes"} <= set(made)
    assert any(name.startswith("held") for name in made)


@pytest.mark.parametrize("words", [(), ("--authored", "--model", "m")])
def test_a_recording_is_of_a_model_or_of_the_gold(folder: Folder, words: tuple[str, ...]) -> None:
    done = folder.coach("record", *words)
    assert (done.code, done.err) == (2, "Say either --model NAME or --authored.\n")


# A model that only checks what the analyst found.

QUIET = "quiet"


@pytest.fixture
def checks(folder: Folder, model: Model, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Recorded live: cases with something to check, and one in which the analyst finds nothing."""
    model.says(completion({"speaks": "against"}))
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    nothing = {"stage": "undetermined", "accept": ["undetermined"], "sales": False, "decided_by": [], "against": [], "must_ask": []}
    criteria = dict.fromkeys(("need", "budget", "authority", "timeline", "decision_process", "competition"), MISSING)
    eval_folder(folder.evals, no_data(QUIET, note="We talked about the weather.", traps=[], gold=nothing | {"criteria": criteria}))
    done = folder.coach("record", "--model", f"m{CHECKED}", "--suite", "checks", "--case", QUIET, "--case", "dev-no", "--case", "dev-yes", "--yes")
    assert done.code == 0, done
    return folder


def test_a_model_that_only_checks_is_recorded_and_replayed_as_one(checks: Folder, model: Model) -> None:
    asked = len(model.bodies)
    assert asked > 0
    done = checks.coach("run", "--suite", "checks", "--workers", "1", "--out", checks.runs / "c")
    assert done.code == 0, done
    run = read_run(checks.runs / "c")
    assert (run.source, run.model, sorted(run.by_case)) == ("recorded live", "offline analyst, checked by m", ["dev-no", "dev-yes", QUIET])
    assert sum(one.calls for one in run.results) == asked
    assert run.by_case[QUIET].calls == 0
    assert len(model.bodies) == asked


def test_a_case_on_which_nobody_was_asked_counts_as_recorded(checks: Folder) -> None:
    again = checks.coach("record", "--model", f"m{CHECKED}", "--suite", "checks", "--case", QUIET, "--yes")
    assert "Nothing is missing" in again.out
    check_manifest(checks.evals / "recordings" / "checks")


def test_recordings_of_a_model_that_goes_by_two_names_are_not_stale(checks: Folder) -> None:
    """The picker's name of a model here and the name that its server goes by differ; what was recorded says which was asked."""
    done = checks.coach("record", "--model", f"here: m{CHECKED}", "--suite", "checks", "--stale", "--yes")
    assert "Nothing is stale" in done.out, done


def test_a_live_run_in_which_nobody_was_asked_on_a_case_can_be_accepted(checks: Folder) -> None:
    live = checks.runs / "live"
    words = ("--model", f"m{CHECKED}", "--case", QUIET, "--case", "dev-no", "--yes", "--out", live)
    assert checks.coach("run", *words).code == 0
    assert checks.coach("accept", live, "--write").code == 0
    suite = next(folder for folder in (checks.evals / "recordings").iterdir() if folder.name != "checks")
    assert recorded_cases(suite) == ["dev-no", QUIET]
    assert checks.coach("run", "--suite", suite.name, "--workers", "1", "--out", checks.runs / "again").code == 0
