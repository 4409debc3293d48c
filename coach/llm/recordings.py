"""Recorded replies. In: requests. Out: the replies that were recorded for exactly these requests, or a ReplayError.

A recording is keyed by everything that changes the answer; address, key, timeout and prices are not part of it. No path
leads from replay to a live call. One file a reply, `<task>.<epoch>.<first 12 of the key>.json`, keys sorted, so that a
change of recordings is a diff one can read.
"""

import difflib
import hashlib
import json
import re
import threading
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from coach.ask import FORMATS
from coach.conversation import Value
from coach.errors import ReplayError
from coach.llm.asker import Chat, FormatRefused, OnText, RawReply, Sent

KEY_VERSION = 1
SECRET = re.compile(r"\b(?:sk|pk|rk|ghp|gho|xox[abp])[-_][A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bBearer [A-Za-z0-9._-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY")


class Made(Value):
    """Where a reply comes from. `authored` replies were written from gold answers: they prove the machinery and say nothing of a model."""

    kind: Literal["live", "authored"]
    on: str
    tool: str


class Record(Value):
    """One request with its reply. `parts` are hashes of what makes the request, to tell what changed."""

    key: str
    key_version: int = KEY_VERSION
    epoch: int = 0
    parts: dict[str, str]
    sent: Sent
    reply: RawReply
    made: Made


def key_of(sent: Sent, epoch: int = 0) -> str:
    """The sha256 of a request and the number of its repeat: 64 hex characters."""
    return _digest({"key_version": KEY_VERSION, "epoch": epoch, **sent.model_dump(mode="json")})


def parts_of(sent: Sent) -> dict[str, str]:
    """A hash of each part of a request, by its name in words."""
    turns = {f"{message.role} message {at + 1}": _digest(message.content)[:12] for at, message in enumerate(sent.messages)}
    rest = {"temperature": sent.temperature, "max_tokens": sent.max_tokens, "format": sent.format}
    return {"model": _digest(sent.model)[:12], "reply schema": _digest(sent.schema_)[:12], "parameters": _digest(rest)[:12], **turns}


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def read_record(path: Path) -> Record:
    """The recording in a file. Raises ReplayError if it is damaged or does not answer its own request."""
    try:
        record = Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        raise ReplayError(f"{path.parent.name}/{path.name} is damaged. Record it again.") from None
    if record.key != key_of(record.sent, record.epoch) or f".{record.key[:12]}." not in path.name:
        raise ReplayError(f"{path.parent.name}/{path.name} was changed by hand: its request and its key differ. Record it again.")
    return record


class Recorded:
    """A Chat that answers from the recordings in a folder, and knows which of them were asked for."""

    def __init__(self, folder: Path, model: str, epoch: int = 0) -> None:
        self.folder = folder
        self.model = model
        self.epoch = epoch
        self.abreast = 1
        self.used: dict[Path, Record] = {}

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        path = _path(self.folder, sent, self.epoch)
        if not path.is_file():
            if self._elsewhere(sent):
                raise FormatRefused  # as the server did when this was recorded
            raise ReplayError(self._why_not(sent))
        record = self.used[path] = read_record(path)
        if record.sent != sent:
            raise ReplayError(f"{self.folder.name}/{path.name}: two requests have one key. Record it again.")
        if on_text:
            on_text(record.reply.text)
        return record.reply

    @property
    def unused(self) -> list[Path]:
        """Recordings that nothing asked for."""
        return sorted(path for path in self.folder.glob("*.json") if path not in self.used)

    def _elsewhere(self, sent: Sent) -> bool:
        """Whether the same request was recorded in a format that is tried after this one."""
        later = FORMATS[FORMATS.index(sent.format) + 1 :]
        return any(_path(self.folder, sent.model_copy(update={"format": other}), self.epoch).is_file() for other in later)

    def _why_not(self, sent: Sent) -> str:
        """Missing, or stale: then what changed since it was recorded."""
        where = f"{self.folder.name}: the {sent.task} request to {sent.model}"
        others = [read_record(path) for path in sorted(self.folder.glob(f"{sent.task}.{self.epoch}.*.json"))]
        if not others:
            return f"{where} was never recorded. Record it: coach eval record --missing."
        parts = parts_of(sent)
        near = max(others, key=lambda record: sum(record.parts.get(name) == digest for name, digest in parts.items()))
        changed = [name + _lines(near.sent, sent, name) for name, digest in parts.items() if near.parts.get(name) != digest]
        gone = [f"{name} (gone)" for name in near.parts if name not in parts]
        return f"{where} changed since it was recorded: {', '.join(changed + gone)}. Record it again: coach eval record --stale."


def _lines(old: Sent, new: Sent, name: str) -> str:
    """How many lines of a message came and went."""
    at = int(name.rsplit(" ", 1)[-1]) - 1 if " message " in name else -1
    if not 0 <= at < min(len(old.messages), len(new.messages)):
        return ""
    diff = list(difflib.ndiff(old.messages[at].content.splitlines(), new.messages[at].content.splitlines()))
    return f" (+{sum(line.startswith('+ ') for line in diff)} -{sum(line.startswith('- ') for line in diff)} lines)"


def _path(folder: Path, sent: Sent, epoch: int) -> Path:
    return folder / f"{sent.task}.{epoch}.{key_of(sent, epoch)[:12]}.json"


class Recorder:
    """A Chat that passes requests on and keeps each with its reply. The files hold no key and no address."""

    def __init__(self, chat: Chat, folder: Path, made: Made, epoch: int = 0) -> None:
        self._chat = chat
        self._folder = folder
        self._made = made
        self._epoch = epoch
        self.model = chat.model
        self.abreast = chat.abreast
        self.written: list[Path] = []

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        reply = self._chat(sent, on_text)
        record = Record(key=key_of(sent, self._epoch), epoch=self._epoch, parts=parts_of(sent), sent=sent, reply=reply, made=self._made)
        text = json.dumps(record.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if SECRET.search(text):
            raise ReplayError(f"{self._folder.name}: the {sent.task} request or its reply holds what looks like a key. It was not written down.")
        path = _path(self._folder, sent, self._epoch)
        self._folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{threading.get_ident()}.part")  # the same may be asked twice at once
        half.write_text(text, encoding="utf-8")
        half.replace(path)
        self.written.append(path)
        return reply
