"""What can answer on this machine: built-in models and servers of the rep's own, by name. In: settings' values. Out: chats and sentences.

A name is an id of `known.yaml` or a server's name and its model: `ollama: llama3.2`. Any other name is None here: the
configured endpoint is meant. A server on this machine never gets the key, which is meant for somebody else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from coach.address import host
from coach.errors import SettingsError
from coach.models.known import known, named, size
from coach.models.places import Found, Place, Served, served
from coach.models.server import Server, Way, shared
from coach.models.store import Store

if TYPE_CHECKING:
    from coach.llm.asker import Chat

SLOWEST = 1800.0  # seconds for a request to a built-in model: a long note on a busy machine
NO_KEY = "unused"  # local servers want some key


class Make(Protocol):
    """Makes a chat."""

    def __call__(self, name: str, key: str, base_url: str, timeout: float, /, again: bool = True) -> "Chat":
        """A chat with a model at an address. `timeout` is in seconds for a try; `again`: what fails is tried again under it."""
        ...


class Here(NamedTuple):
    """This machine: its weights, the servers to look for, and how built-in models are run."""

    store: Store
    places: Sequence[Place]
    threads: int
    sleep_seconds: int
    timeout: float
    environment: Mapping[str, str]

    def names(self, found: Sequence[Found] = ()) -> Iterator[str]:
        """Models that are here: built in, then those of servers that were found."""
        yield from (model.id for model in known() if self.store.has(model))
        yield from (name for server in found for name in server.models)

    def chat(self, name: str, make: Make) -> "Chat | None":
        """A chat with a model that is here; None if the name means another. Raises SettingsError."""
        if named(name) is not None:
            from coach.models.builtin import Builtin

            server, slow = self._server(name), max(self.timeout, SLOWEST)
            return Builtin(server, lambda url, key: make(server.model.name, key, url, slow, again=False))
        if (there := self._served(name)) is not None:
            return make(there.model, NO_KEY, there.place.base_url, self.timeout)
        return None

    def ready(self, name: str, tell: Callable[[str], None]) -> None:
        """Starts what has to run before a model can answer, and tells how long that takes. Raises AskError or SettingsError."""
        if named(name) is not None:
            self._server(name).lend(tell)

    def endpoint(self, name: str) -> tuple[str, str] | None:
        """Address and plain name of a model of a server on this machine."""
        there = self._served(name)
        return (there.place.base_url, there.model) if there else None

    def served_as(self, name: str) -> str:
        """What its server calls a model: so it stands in a review and in a table of prices."""
        entry, there = named(name), self._served(name)
        return entry.name if entry else there.model if there else name

    def leaves(self, name: str) -> str | None:
        """What leaves this machine when that model answers, in one sentence."""
        if (entry := named(name)) is not None:
            return f"The note is read by {entry.title}, which runs on this machine, and goes nowhere else."
        there = self._served(name)
        if there is None:
            return None
        where = host(there.place.url)
        if there.elsewhere:
            return f"The note goes to {there.place.name} on this machine ({where}), which hands it on to its vendor: {there.model} does not run here."
        return f"The note goes to {there.model} on this machine ({where}) and no further from here."

    def _served(self, name: str) -> Served | None:
        return served(name, self.places)

    def _server(self, name: str) -> Server:
        entry = named(name)
        assert entry is not None
        if not self.store.has(entry):
            raise SettingsError(f"{entry.title} is not on this machine yet. Get it with `coach model pull {entry.id}` ({size(entry.bytes)}).")
        return shared(Way(entry, self.store.path(entry), self.threads, self.sleep_seconds, self.environment))
