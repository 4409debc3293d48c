"""What the repositories take and give: plain values, none of the database's own. Times know their zone."""

from datetime import datetime

from pydantic import AwareDatetime

from coach.conversation import Value


class CorrectionRow(Value):
    """A correction as it is kept. `conversation`, `review` and `said` are JSON, redacted before they get here. `id` is 0 until it is kept."""

    id: int = 0
    at: AwareDatetime
    state: str
    kind: str
    criterion: str | None
    rule: str
    note: str
    conversation: str
    review: str
    said: str
    model: str
    prompts: str | None
    playbook: str
    version: str


class RunRow(Value):
    """An eval run in short. `summary` is JSON."""

    name: str
    at: AwareDatetime
    suite: str
    model: str
    prompts: str | None
    cases: int
    passed: int
    summary: str


class Held(Value):
    """How much of one thing is kept, and since when."""

    count: int
    bytes: int
    oldest: datetime | None
