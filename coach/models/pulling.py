"""A pull that goes on by itself. In: an order. Out: how far it is, at any moment, to whoever looks.

The thread belongs to the process and not to the page that started it: a page that is closed or loaded again loses nothing,
and two that start the same pull watch one. Draws nothing.
"""

import threading
from pathlib import Path
from typing import NamedTuple

from coach.errors import CoachError
from coach.models.pull import Order, Step, pull
from coach.models.sources import Stopped


class State(NamedTuple):
    """How far a pull is. `error` is a sentence; one that was stopped has none and is neither going nor whole."""

    step: Step
    going: bool = True
    whole: bool = False
    error: str = ""


class Pulling:
    """One pull in a thread of its own."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._stop = threading.Event()
        self.state = State(Step("Looking for a source", 0, order.model.bytes))
        self._thread = threading.Thread(target=self._work, daemon=True, name=f"pull {order.model.id}")
        self._thread.start()

    def stop(self) -> None:
        """Ends it. What has come stays."""
        self._stop.set()

    def join(self, seconds: float) -> State:
        """Waits for its end, and returns how it stands."""
        self._thread.join(seconds)
        return self.state

    def _tell(self, step: Step) -> None:
        self.state = State(step)

    def _work(self) -> None:
        try:
            pull(self._order, self._tell, self._stop)
            self.state = self.state._replace(going=False, whole=True)
        except Stopped:
            self.state = self.state._replace(going=False)
        except CoachError as error:
            self.state = self.state._replace(going=False, error=str(error))
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread: it would look like going on for ever
            self.state = self.state._replace(going=False, error=f"Fetching failed ({type(error).__name__}). Try again.")


_begun: dict[Path, Pulling] = {}
_looking = threading.Lock()


def begin(order: Order) -> Pulling:
    """Starts a pull, or finds the one that is under way."""
    with _looking:
        under_way = _begun.get(order.store.path(order.model))
        if under_way is None or not under_way.state.going:
            under_way = _begun[order.store.path(order.model)] = Pulling(order)
        return under_way


def begun(path: Path) -> Pulling | None:
    """The last pull to that place in this process."""
    return _begun.get(path)
