"""A run that can be taken up again. In: a file and what the run is. Out: outcomes that an earlier run came to.

Each outcome is one whole line, written and flushed before the next file is begun; a line that was cut off half way is
taken off and its file is reviewed again. The first line says what the run is: with another playbook, model or version
the outcomes would be others, so such a file is refused and left as it is. Failures of a model are not kept.
"""

import hashlib
import json
import os
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.batch import File, Job, Outcome
from coach.errors import InputError

MODEL_FAILED = 3


class Journal:
    """Outcomes kept in a file. `today` is the day of the run that began it, None if it is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Outcome] = {}
        self._head: dict[str, Any] | None = None
        if os.path.exists(path):  # noqa: PTH110 - unlike exists() never an error: what cannot be looked at is said when it is written
            self._take_up()

    @property
    def today(self) -> date | None:
        """The day that the notes of the earlier run were taken as said on."""
        return date.fromisoformat(self._head["today"]) if self._head else None

    def begin(self, job: Job) -> None:
        """Says what the run is. Raises InputError if the file is of another one."""
        head = {**_version_of(job), "today": job.today.isoformat()}
        if self._head is None:
            self._write({"run": head})
            self._head = head
        elif different := [key for key in head if head[key] != self._head.get(key)]:
            raise InputError(f"{self.path.name} is of a run with another {different[0]}. Run that one again, or name a new file.")

    def known(self, file: File) -> Outcome | None:
        """The outcome of exactly this file, if there is one."""
        return self._known.get(_key(file)) if self._known else None

    def keep(self, file: File, outcome: Outcome) -> None:
        """Writes an outcome down, unless it was the model that failed."""
        if outcome.code != MODEL_FAILED:
            self._write({"key": _key(file), "outcome": outcome.model_dump()})

    def _take_up(self) -> None:
        refused = InputError(f"{self.path.name} is no file of an earlier run. Name another one for --resume; this one is left as it is.")
        try:
            data = self.path.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            rows = [json.loads(line) for line in whole.splitlines()]
            head = rows[0]["run"] if rows else None
            self._known = {row["key"]: Outcome.model_validate(row["outcome"]) for row in rows[1:]}
            if head is not None:
                date.fromisoformat(head["today"])
        except OSError as error:
            raise InputError(f"{self.path.name} cannot be read: {error.strerror}. Name another file for --resume.") from None
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            raise refused from None
        if head is None and data and not data.startswith(b'{"run"'[: len(data)]):
            raise refused
        self._head = head
        if len(whole) < len(data):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))

    def _write(self, row: dict[str, Any]) -> None:
        try:
            with self.path.open("ab") as file:
                file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self.path.name} cannot be written: {error.strerror}. Name another file for --resume.") from None


def _version_of(job: Job) -> dict[str, str]:
    """What else the outcomes hang on, in words that are shown where they differ."""
    playbook = hashlib.sha256(job.playbook.model_dump_json().encode()).hexdigest()[:16]
    prompts = job.settings.ask(job.model).answerer.prompts or ""
    told = {"way of telling": str(job.explain), "setting of redaction": str(job.settings.redact)}
    return {"version": version("call-note-coach"), "model": job.model, "playbook": playbook, "set of prompts": prompts, **told}


def _key(file: File) -> str:
    """Name and bytes of a file, 32 hex characters; a file that cannot be read has the key of an empty one."""
    try:
        data = file.read()
    except InputError:
        data = b""
    return hashlib.sha256(file.name.encode("utf-8", "surrogatepass") + b"\0" + data).hexdigest()[:32]
