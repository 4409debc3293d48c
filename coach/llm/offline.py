"""Replies without a network. In: recordings or a script. Out: a Chat that fits `Asker` and fails loudly.

Recorded replies are keyed by everything that changes the answer; a request without its record is an error, never a live
call. A script that runs dry is an error, and `Scripted.finished` is one while replies are left.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from coach.errors import CoachError, RecordingMissing
from coach.llm.asker import Chat, RawReply, Sent


def key_of(sent: Sent) -> str:
    """The sha256 of a request: 64 hex characters."""
    return hashlib.sha256(json.dumps(sent.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


class Recorded:
    """Answers from a folder of `<key>.json` files."""

    def __init__(self, folder: Path, model: str) -> None:
        self.folder = folder
        self.model = model
        self.abreast = 1

    def __call__(self, sent: Sent) -> RawReply:
        path = self.folder / f"{key_of(sent)}.json"
        if not path.is_file():
            raise RecordingMissing(
                f"No recording of this {sent.task} request to {sent.model} in {self.folder.name}. Record it again: the prompt, note or model changed."
            )
        try:
            return RawReply.model_validate(json.loads(path.read_text(encoding="utf-8"))["reply"])
        except (ValueError, KeyError, TypeError):
            raise RecordingMissing(f"The recording {path.name} in {self.folder.name} is damaged. Record it again.") from None


class Recorder:
    """Passes requests on and keeps each with its reply. The files hold no key and no address."""

    def __init__(self, chat: Chat, folder: Path) -> None:
        self._chat = chat
        self._folder = folder
        self.model = chat.model
        self.abreast = chat.abreast

    def __call__(self, sent: Sent) -> RawReply:
        reply = self._chat(sent)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{key_of(sent)}.json"
        record = {"sent": sent.model_dump(mode="json"), "reply": reply.model_dump(mode="json")}
        half = path.with_suffix(".part")
        half.write_text(json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
        half.replace(path)
        return reply


class Scripted:
    """Answers from a list, in order. An exception in the list is raised."""

    def __init__(self, replies: Sequence[RawReply | str | Exception], model: str = "scripted") -> None:
        self._replies = list(replies)
        self.model = model
        self.abreast = 1  # the order of the script is the order of the requests
        self.sent: list[Sent] = []

    def __call__(self, sent: Sent) -> RawReply:
        self.sent.append(sent)
        if not self._replies:
            raise CoachError(f"The script has no reply left for {sent.task}.")
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return RawReply(text=reply) if isinstance(reply, str) else reply

    def finished(self) -> None:
        """Raises if replies were left unused."""
        if self._replies:
            raise CoachError(f"{len(self._replies)} scripted replies were never asked for.")
