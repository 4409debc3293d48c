"""A run in short, kept beside the runs of before. In: a whole run. Out: a row in the store, or a sentence on why there is none.

The run's own files stay what counts: nothing is read from here to judge a run, and a store that fails fails no run.
"""

import json
from datetime import datetime
from pathlib import Path

from coach.errors import StoreError
from coach.evaluation.results import Run
from coach.settings import Settings
from coach.store import RunRow


def remember(settings: Settings, done: Run, folder: Path) -> str:
    """Keeps the run; why it is not kept, "" if it is."""
    stages = [(one.answer.label, one.about.accept) for one in done.results if one.answer]
    false_yes = sum(label == 2 and 2 not in accept for label, accept in stages)
    short = {"false_yes": false_yes, "answered": len(stages), "seconds": round(done.seconds, 2), "playbook": done.playbook, "source": done.source}
    row = RunRow(
        name=folder.name,
        at=datetime.fromisoformat(done.started),
        suite=done.suite,
        model=done.model,
        prompts=done.prompts,
        cases=len(done.results),
        passed=sum(one.passed for one in done.results),
        summary=json.dumps(short),
    )
    try:
        settings.store().runs.keep(row)
    except StoreError as error:
        return f"The run is whole, and not listed by `coach store runs`: {error}"
    return ""
