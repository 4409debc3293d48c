"""Model servers of the rep's own on this machine. In: the usual places. Out: who answers there and what they serve.

Looked for only when somebody asks: all places at once, for less than half a second, without a key. A model's name says
where it is: `ollama: llama3.2`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple

from coach.address import address, is_loopback
from coach.errors import SettingsError, Unreachable
from coach.models.wire import get, prepare

SECONDS = 0.4
MOST = 50  # models of one server
LONGEST = 120  # characters of a name
USUAL = "ollama=http://127.0.0.1:11434, lm studio=http://127.0.0.1:1234, llama.cpp=http://127.0.0.1:8080, vllm=http://127.0.0.1:8000"
ELSEWHERE = " cloud"
"""Behind a server's name: it lists the model and has it answered by a machine of its vendor."""


class Place(NamedTuple):
    """Where a server may be. `url` is without /v1."""

    name: str
    url: str

    @property
    def base_url(self) -> str:
        """Where its chat protocol is."""
        return f"{self.url}/v1"


class Found(NamedTuple):
    """A server that answered, with the full names of its models."""

    place: Place
    models: tuple[str, ...]


class Served(NamedTuple):
    """A model of a server: what to ask for, and where. `elsewhere`: the server hands the text on to its vendor."""

    place: Place
    model: str
    elsewhere: bool


def places(text: str) -> tuple[Place, ...]:
    """`name=address, name=address`. Raises SettingsError: a server that is looked for by itself has to be on this machine."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, url = item.partition("=")
        url = address(url).removesuffix("/v1")
        if not is_loopback(url) or not name.strip() or ":" in name:
            raise SettingsError("COACH_SERVERS holds what is no server of this machine. Write name=http://127.0.0.1:PORT, or leave it empty.")
        found.append(Place(name.strip(), url))
    return tuple(found)


def served(name: str, among: Sequence[Place]) -> Served | None:
    """The model that a full name means; None if it names no place."""
    for place in among:
        for elsewhere in (False, True):
            before = f"{place.name}{ELSEWHERE if elsewhere else ''}: "
            if name.startswith(before) and len(name) > len(before):
                model = name.removeprefix(before)
                return Served(place, model, elsewhere or _in_a_cloud(model))
    return None


def look(among: Sequence[Place], seconds: float = SECONDS) -> tuple[Found, ...]:
    """The servers that answer, in the order of their places. Those that are slow are left out."""
    if not among:
        return ()
    prepare()
    pool = ThreadPoolExecutor(len(among))
    asked = [pool.submit(_ask, place, seconds) for place in among]
    done, _ = wait(asked, timeout=seconds + 0.05)
    pool.shutdown(wait=False)
    return tuple(found for future in asked if future in done and (found := future.result()) is not None)


def _ask(place: Place, seconds: float) -> Found | None:
    own = place.name == "ollama"  # its own listing tells which models are not on this machine
    try:
        got = get(f"{place.url}/api/tags" if own else f"{place.base_url}/models", None, seconds)
    except Unreachable:
        return None
    names = listed(got.data, "models", "name") if own else listed(got.data, "data", "id")
    if got.status != 200 or names is None:
        return None
    away = _away(got.data) if own else set()
    return Found(place, tuple(f"{place.name}{ELSEWHERE if name in away or _in_a_cloud(name) else ''}: {name}" for name in names[:MOST]))


def listed(data: object, what: str, key: str) -> list[str] | None:
    """The names in a list of models; None if it is no such list. A name that no picker could show is left out."""
    rows = data.get(what) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return None
    names = [row.get(key) for row in rows if isinstance(row, dict)]
    return [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST]


def _away(data: object) -> set[str]:
    assert isinstance(data, dict)
    return {str(row.get("name")) for row in data["models"] if isinstance(row, dict) and (row.get("remote_host") or row.get("remote_model"))}


def _in_a_cloud(model: str) -> bool:
    return model.endswith(("-cloud", ":cloud"))
