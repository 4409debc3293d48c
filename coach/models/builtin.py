"""A built-in model as a Chat. In: a request. Out: what its server answers, or an AskError.

Starts the server when it is first asked, and once more if it was ended under a request. How a request is sent is somebody
else's: `make` gives a chat for an address and a key.
"""

from collections.abc import Callable

from coach.errors import AskError, Unreachable
from coach.llm.asker import Chat, Late, OnText, RawReply, Sent
from coach.models.known import size
from coach.models.server import Lent, Server, needs

TRIES = 2


class Builtin:
    """Asks a server that it keeps alive. One request at a time: two would share the same cores and forget each other's text."""

    abreast = 1

    def __init__(self, server: Server, make: Callable[[str, str], Chat]) -> None:
        self._server = server
        self._make = make
        self._made: tuple[Lent, Chat] | None = None
        self.model = server.model.name

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        with self._server.turn:
            for _ in range(TRIES):
                try:
                    return self._chat()(sent, on_text)
                except Late:
                    raise Unreachable(
                        "The built-in model did not get through this in the time that it has. Close other programs, bring a shorter text, "
                        "or use the offline review."
                    ) from None
                except Unreachable:
                    if not self._server.ends():
                        raise
        raise AskError(
            "The built-in model was ended twice while it read this, perhaps for want of memory: it takes about "
            f"{size(needs(self._server.model))}. Close other programs and try again, or use the offline review."
        )

    def _chat(self) -> Chat:
        lent = self._server.lend()
        if self._made is None or self._made[0] != lent:
            self._made = lent, self._make(*lent)
        return self._made[1]
