"""The desk of one review: its answerer, and what may be spent. In: requests. Out: replies, in the order of the requests.

How many requests a review may take is known before the first; one more is never sent. Second tries after replies that
cannot be used come out of one small budget that all requests of the review share. Never looks into a request or a reply.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Lock

from coach.ask import Answer, Ask, Format, Hear, Reply, Request, Usage
from coach.errors import AskError

SECOND_TRIES = 4  # in one review


class Desk:
    """An answerer with a running total of what it took. `most` is how many requests it may be sent, second tries left out.

    `formats` are the ways in which a model was held to the form of its replies.
    """

    def __init__(self, ask: Ask, most: int) -> None:
        self.ask = ask
        self.usage = Usage()
        self.formats: set[Format] = set()
        self._left = most
        self._tries = SECOND_TRIES
        self._lock = Lock()

    def __call__(self, request: Request[Reply]) -> Reply:
        answer = self._answer(request)
        self.usage += answer.usage
        return answer.reply

    def each(self, requests: Sequence[Request[Reply]]) -> list[Reply]:
        """A reply to each request, several asked at once where the answerer allows it. The first that fails ends it.

        Who listens to the requests is told in the caller's thread.
        """
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

        heard: SimpleQueue[tuple[Hear, object] | None] = SimpleQueue()
        with ThreadPoolExecutor(abreast) as pool:
            under_way = [pool.submit(answer, _overheard(request, heard)) for request in requests]
            for future in under_way:
                future.add_done_callback(lambda _: heard.put(None))
            ended = 0
            try:
                while ended < len(under_way):
                    said = heard.get()
                    if said is None:
                        ended += 1
                    else:
                        said[0](said[1])
            except BaseException:  # who listens may stop it: nothing more is asked
                failed.set()
                raise
        answers = [future.result() for future in under_way]
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
            if answer.format:
                self.formats.add(answer.format)
        return answer


def _overheard(request: Request[Reply], heard: "SimpleQueue[tuple[Hear, object] | None]") -> Request[Reply]:
    """The request with its listener at the end of a queue."""
    hear = request.hear
    return request if hear is None else request.model_copy(update={"hear": lambda item: heard.put((hear, item))})
