"""The file of floors: what cannot hold anything is refused, with its line."""

from pathlib import Path

import pytest

from coach.errors import CaseError
from coach.evaluation.thresholds import Thresholds, read_thresholds
from tests.core.builders import row

GOOD = """[prices]
false_yes = 5

[[floor]]
suite = "offline"
split = "dev"
metric = "stage"
at_least = 0.8

  [[ floor ]]  # the second
suite = "offline"
split = "holdout"
metric = "false_yes"
at_most = 0.1
on = "interval"
"""


def read(path: Path, text: str | bytes) -> Thresholds:
    file = path / "thresholds.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_thresholds(file)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "thresholds.toml").write_text(GOOD)
    found = read_thresholds(tmp_path / "thresholds.toml")
    assert [(one.metric, one.at_least, one.at_most, one.on) for one in found.floor] == [("stage", 0.8, None, "rate"), ("false_yes", None, 0.1, "interval")]
    assert found.prices.missed_yes == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        row("a metric that nobody counts", '"false_yes"', '"false_yess"', "thresholds.toml:10: no metric is called false_yess"),
        row("no limit", "at_most = 0.1\n", "", "thresholds.toml:10: say either at_least or at_most"),
        row("two limits", "at_most = 0.1", "at_most = 0.1\nat_least = 0.2", "thresholds.toml:10: say either at_least or at_most"),
        row("the wrong end", "at_most = 0.1", "at_least = 0.1", "thresholds.toml:10: lower is better for false_yes: say at_most"),
        row("the other wrong end", "at_least = 0.8", "at_most = 0.8", "thresholds.toml:4: higher is better for stage: say at_least"),
        row("per cent where a share is meant", "at_most = 0.1", "at_most = 10", "thresholds.toml:10: false_yes is a share, from 0 to 1, and 10 is none"),
        row("no number, which nothing is below", "at_least = 0.8", "at_least = nan", "thresholds.toml:4: floor.0.at_least"),
        row("an infinite limit", "at_most = 0.1", "at_most = inf", "thresholds.toml:10: floor.1.at_most"),
        row("a word as limit", "at_most = 0.1", 'at_most = "low"', "thresholds.toml:10: floor.1.at_most"),
        row("a split that there is not", '"holdout"', '"test"', "thresholds.toml:10: floor.1.split"),
        row("a key that nobody knows", "at_most = 0.1", "at_mots = 0.1", "thresholds.toml:10: floor.1.at_mots"),
        row("a price that is no number", "false_yes = 5", 'false_yes = "dear"', "thresholds.toml:2: prices.false_yes"),
        row("a price that is not finite", "false_yes = 5", "false_yes = nan", "thresholds.toml:2: prices.false_yes"),
        row("a price below nothing", "false_yes = 5", "false_yes = -5", "thresholds.toml:2: prices.false_yes"),
        row("a table that nobody knows", "[prices]", "[price]", "thresholds.toml:1: price"),
        row("no TOML", "at_most = 0.1", "at_most 0.1", "thresholds.toml: not TOML"),
    ],
)
def test_what_could_not_hold_anything_is_refused_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(CaseError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(said)


def test_no_file_and_no_text_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="is not there"):
        read_thresholds(tmp_path / "none.toml")
    with pytest.raises(CaseError, match="not TOML"):
        read(tmp_path, b"\xff\xfe")


def test_an_empty_file_holds_nothing_and_is_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Thresholds()
