"""Runs made in one line: results without a review behind them, and a small eval folder on disk with cases of the real set."""

import shutil
from pathlib import Path

from coach.evaluation.cases import Label
from coach.evaluation.results import About, Answered, Result, Run
from coach.evaluation.scorers import Score
from coach.verdict import Status

ROOT = Path(__file__).parents[2]
CASES = ROOT / "evals" / "cases"


def case(id: str, gold: Label = 1, **changed: object) -> About:
    """What a run knows of a case."""
    said = {
        **{"id": id, "digest": f"d-{id}", "title": f"Title of {id}", "split": "dev", "family": "base", "of": None, "relation": None, "cluster": id},
        **{
            "gate": "scored",
            "tags": ("plain_yes",),
            "kind": "notes",
            "lang": "en",
            "words": 100,
            "gold": gold,
            "accept": (gold,),
            "statuses": {"need": ("met",)},
        },
    }
    return About.model_validate({**said, **changed})


def result(about: About, label: Label | None, need: Status = "met", **scores: float) -> Result:
    """A case and the stage it got; None is a case without an answer. `scores` are further hits of one."""
    if label is None:
        return Result(about=about, answer=None, scores=(), error="no connection")
    answer = Answered(
        label=label, rule="yes", headline="h", quote=f"for {about.id}", against=None, statuses={"need": need}, calls=0, tokens_in=None, tokens_out=None
    )
    right = label in about.accept
    made = [
        Score(metric="stage", hits=right, of=1, why=() if right else (f"said {label}, gold {about.gold}",)),
        Score(metric="status", hits=need == "met", of=1),
    ]
    made += [Score(metric="false_yes", hits=label == 2, of=1)] if 2 not in about.accept else []
    made += [Score(metric="missed_yes", hits=not right, of=1)] if about.gold == 2 else []
    made += [Score(metric=id, hits=hits, of=1) for id, hits in scores.items()]
    return Result(about=about, answer=answer, scores=tuple(made))


def run(*results: Result, suite: str = "offline") -> Run:
    """A whole run of these results."""
    return Run(suite=suite, source="offline", model="offline analyst", prompts=None, playbook="default", weights="w", started="t", seconds=1.0, results=results)


def small_folder(folder: Path, dev: int, holdout: int) -> Path:
    """A folder like evals/ with a few of its cases of each split, the first by name that are no copies."""
    (folder / "cases").mkdir(parents=True)
    shutil.copy(ROOT / "evals" / "thresholds.toml", folder / "thresholds.toml")
    left = {"dev": dev, "holdout": holdout}
    for path in sorted(CASES.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        split = "holdout" if "\nsplit: holdout" in text else "dev"
        if left[split] and "\nfamily:" not in text:
            left[split] -= 1
            shutil.copy(path, folder / "cases" / path.name)
    return folder
