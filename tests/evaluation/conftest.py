"""The real `coach eval` command on a small eval folder, and the model server of the live tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from coach.cli import main
from tests.evaluation.builders import eval_folder, whole_set
from tests.llm.conftest import bare_environment, listening, model, server

__all__ = ["bare_environment", "listening", "model", "server"]


class Said(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


class Folder:
    """An eval folder of its own and a folder for runs; `run` is the command with both in its environment."""

    def __init__(self, evals: Path, runs: Path) -> None:
        self.evals = evals
        self.runs = runs

    def coach(self, *words: str | Path, answer: str | None = None) -> Said:
        """`coach eval WORDS`."""
        done = CliRunner().invoke(main, ["eval", *map(str, words)], input=answer, catch_exceptions=False)
        return Said(done.exit_code, done.stdout, done.stderr)

    @property
    def recordings(self) -> Path:
        """The authored recordings."""
        return self.evals / "recordings" / "authored"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_environment: None) -> Folder:
    """The smallest set that lint accepts."""
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    made = Folder(eval_folder(tmp_path / "evals", *whole_set()), tmp_path / "runs")
    monkeypatch.setenv("COACH_EVALS", str(made.evals))
    monkeypatch.setenv("COACH_RUNS", str(made.runs))
    return made


@pytest.fixture(scope="session")
def authored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Authored recordings of the smallest set, made once by the command."""
    path = tmp_path_factory.mktemp("authored")
    evals = eval_folder(path / "evals", *whole_set())
    with pytest.MonkeyPatch.context() as environment:
        for name in ("COACH_PROMPTS", "COACH_PROMPT_SET", "CI"):
            environment.delenv(name, raising=False)
        environment.setenv("COACH_EVALS", str(evals))
        done = CliRunner().invoke(main, ["eval", "record", "--authored"], catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
        assert f"{len(whole_set())} cases recorded" in done.stdout
    yield evals / "recordings" / "authored"


@pytest.fixture
def recorded(folder: Folder, authored: Path) -> Folder:
    """The same, with authored recordings."""
    shutil.copytree(authored, folder.recordings)
    return folder
