"""The desk of one review: its answerer, and what may be spent. In: requests. Out: replies, in the order of the requests.

How many requests a review may take is known before the first; one more is never sent. Second tries after replies that
cannot be used come out of one small budget that all requests of the review share. Never looks into a request or a reply.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from coach.ask import Answer, Ask, Reply, Request, Usage
from coach.errors import AskError

SECOND_TRIES = 4  # in one review


class Desk:
    """An answerer with a running total of what it took. `most` is how many requests it may be sent, second tries left out."""

    def __init__(self, ask: Ask, most: int) -> None:
        self.ask = ask
        self.usage = Usage()
        self._left = most
        self._tries = SECOND_TRIES
        self._lock = Lock()

    def __call__(self, request: Request[Reply]) -> Reply:
        answer = self._answer(request)
        self.usage += answer.usage
        return answer.reply

    def each(self, requests: Sequence[Request[Reply]]) -> list[Reply]:
        """A reply to each request, several asked at once where the answerer allows it. The first that fails ends it."""
        abreast = min(self.ask.answerer.abreast, len(requests))
        if abreast < 2:
            return [self(request) for request in requests]
        start = time.perf_counter()
        failed = Event()

        def answer(request: Request[Reply]) -> Answer[Reply]:
            if failed.is_set():  # those before this one in the list have begun, so theirs is the error that is told
                raise AskError("A request beside this one failed.")
            try:
                return self._answer(request)
            except BaseException:
                failed.set()
                raise

        with ThreadPoolExecutor(abreast) as pool:
            answers = list(pool.map(answer, requests))
        spent = sum((answer.usage for answer in answers), Usage())
        self.usage += spent.model_copy(update={"seconds": time.perf_counter() - start})
        return [answer.reply for answer in answers]

    def _answer(self, request: Request[Reply]) -> Answer[Reply]:
        with self._lock:
            if not self._left:
                raise AskError("This review would take more requests than were planned for it. Try again, or use the offline review.")
            self._left -= 1
            spare = self._tries > 0
            self._tries -= spare  # set aside while the request is under way, so that those beside it cannot spend it too
        answer = self.ask(request if spare else request.model_copy(update={"tries": 1}))
        with self._lock:
            self._tries += spare and answer.usage.calls < 2
        return answer
