"""Scripted replies. In: a list of replies. Out: a Chat that gives them in order and fails loudly.

A script that runs dry is an error, and `Scripted.finished` is one while replies are left.
"""

from collections.abc import Sequence

from coach.errors import CoachError
from coach.llm.asker import OnText, RawReply, Sent


class Scripted:
    """Answers from a list, in order. An exception in the list is raised."""

    def __init__(self, replies: Sequence[RawReply | str | Exception], model: str = "scripted") -> None:
        self._replies = list(replies)
        self.model = model
        self.abreast = 1  # the order of the script is the order of the requests
        self.sent: list[Sent] = []

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        self.sent.append(sent)
        if not self._replies:
            raise CoachError(f"The script has no reply left for {sent.task}.")
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        raw = RawReply(text=reply) if isinstance(reply, str) else reply
        if on_text:
            on_text(raw.text)
        return raw

    def finished(self) -> None:
        """Raises if replies were left unused."""
        if self._replies:
            raise CoachError(f"{len(self._replies)} scripted replies were never asked for.")
