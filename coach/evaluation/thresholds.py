"""What a run has to reach. In: evals/thresholds.toml. Out: Thresholds, or a CaseError that names file and line.

A floor that would hold whatever a run does is refused: an unknown metric, the wrong end, a share above one. Judges nothing.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.cases import Split
from coach.evaluation.metrics import BY_ID, Prices

FLOOR = re.compile(r"\s*\[\[\s*floor\s*\]\]")


class Floor(Value):
    """A figure that a suite has to reach, whatever the baseline says. `on`: the rate itself, or the far end of its interval."""

    suite: str
    split: Split
    metric: str
    at_least: float | None = Field(default=None, allow_inf_nan=False)
    at_most: float | None = Field(default=None, allow_inf_nan=False)
    on: Literal["rate", "interval"] = "rate"


class Thresholds(Value):
    """evals/thresholds.toml."""

    prices: Prices = Prices()
    floor: tuple[Floor, ...] = ()


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds of a file. Raises CaseError that names file and line."""
    try:
        text = path.read_text(encoding="utf-8")
        found = Thresholds.model_validate(tomllib.loads(text))
    except OSError:
        raise CaseError(f"{path} is not there. Copy evals/thresholds.toml.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"{path.name}: not TOML: {error}. Mend that line.") from None
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        raise CaseError(f"{path.name}:{_floor_line(text, first['loc'])}: {'.'.join(map(str, first['loc']))}: {first['msg']}. Mend that line.") from None
    for at, floor in enumerate(found.floor):
        if floor.metric not in BY_ID:
            raise CaseError(f"{path.name}:{_floor_line(text, ('floor', at))}: no metric is called {floor.metric}. `coach eval metrics` lists them.")
        if (floor.at_least is None) == (floor.at_most is None):
            raise CaseError(f"{path.name}:{_floor_line(text, ('floor', at))}: say either at_least or at_most.")
        if wrong := _pointless(floor):
            raise CaseError(f"{path.name}:{_floor_line(text, ('floor', at))}: {wrong}")
    return found


def _pointless(floor: Floor) -> str | None:
    """What is wrong with a floor that holds, or fails, whatever a run does."""
    metric = BY_ID[floor.metric]
    if metric.high == (floor.at_least is None):
        return f"{'higher' if metric.high else 'lower'} is better for {metric.id}: say {'at_least' if metric.high else 'at_most'}."
    limit = floor.at_least if floor.at_least is not None else floor.at_most
    if metric.per != "price" and limit is not None and not 0 <= limit <= 1:
        return f"{metric.id} is a share, from 0 to 1, and {limit:g} is none."
    return None


def _floor_line(text: str, place: tuple[Any, ...]) -> int:
    """Line of the floor at a place, or of the last key of a place, from 1."""
    starts = [at for at, line in enumerate(text.splitlines(), 1) if FLOOR.match(line)]
    if place[0] != "floor":
        return next((at for at, line in enumerate(text.splitlines(), 1) if line.split("=")[0].strip(" []") == place[-1]), 1)
    return starts[place[1]] if len(place) > 1 and isinstance(place[1], int) and place[1] < len(starts) else 1
