"""Replies that were given before. In: a Chat and a place that keeps replies. Out: a Chat that asks only what it was never asked.

The key is all that changes the answer (as in `recordings`) and which endpoint answers: two servers may serve different models
under one name. Only replies that are whole and of the asked shape are kept, never the request. A hit is marked, and costs
nothing. If the place fails, the model is asked as if there were none, and that is said once.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from coach.errors import AskError, StoreError
from coach.llm.asker import Chat, OnText, RawReply, Sent, parse
from coach.llm.recordings import key_of

log = logging.getLogger("coach")


class Keeps(Protocol):
    """A place that keeps replies by key. Raises StoreError."""

    def get(self, key: str, now: datetime) -> str | None: ...

    def put(self, key: str, reply: str, now: datetime) -> None: ...


class Cached:
    """`open` gives the place, on first use. `replies` are the reply types by task; what is of another task is not kept."""

    def __init__(
        self, chat: Chat, open: Callable[[], Keeps], clock: Callable[[], datetime], replies: Mapping[str, type[BaseModel]], endpoint: str = ""
    ) -> None:
        self._chat = chat
        self._open = open
        self._clock = clock
        self._replies = replies
        self._endpoint = endpoint
        self._fails = False
        self.model = chat.model
        self.abreast = chat.abreast

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        key = kept_key(sent, self._endpoint)
        if (known := self._kept(key)) and self._is_usable(sent, known):
            if on_text:
                on_text(known.text)
            return known.model_copy(update={"cached": True})
        reply = self._chat(sent, on_text)
        if self._is_usable(sent, reply):
            self._guarded(lambda: self._open().put(key, reply.model_dump_json(), self._clock()))
        return reply

    def _kept(self, key: str) -> RawReply | None:
        text = self._guarded(lambda: self._open().get(key, self._clock()))
        try:
            return RawReply.model_validate_json(text) if text else None
        except ValidationError:  # of another version, or damaged
            return None

    def _is_usable(self, sent: Sent, reply: RawReply) -> bool:
        shape = self._replies.get(sent.task)
        if shape is None or reply.finish != "stop":
            return False
        try:
            parse(reply, shape)
        except AskError:
            return False
        return True

    def _guarded(self, work: Callable[[], Any]) -> Any:
        """What the place says; None once it has failed."""
        if self._fails:
            return None
        try:
            return work()
        except StoreError as error:
            self._fails = True
            log.warning("Replies are not kept: %s", error)
            return None


def kept_key(sent: Sent, endpoint: str) -> str:
    """The sha256 of a request and the endpoint that answers it: 64 hex characters."""
    return hashlib.sha256(f"{key_of(sent)} {endpoint}".encode()).hexdigest()
