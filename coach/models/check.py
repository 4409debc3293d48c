"""Tries a connection. In: an address, a key, a model, a chat. Out: sentences that say what works, or an error that says what is wrong.

Asks first for the list of models, which costs nothing, then for one word, which is what a review does. Never sends a note.
"""

import time
from collections.abc import Callable

from coach.address import host
from coach.errors import AskError, KeyRefused, ModelNotFound, Unreachable
from coach.llm.asker import Chat, Sent
from coach.models.places import listed
from coach.models.wire import Got, get
from coach.prompting import Message

SECONDS = 5.0
SHOWN = 8  # names of models in a sentence


def models_at(base_url: str, key: str | None, seconds: float = SECONDS) -> list[str]:
    """Names of the models that an endpoint lists. Raises an AskError whose sentence says what is wrong."""
    got = get(f"{base_url}/models", key, seconds)
    where = host(base_url)
    if got.status in (401, 403):
        raise KeyRefused(f"{where} refuses the key. Check it, and that it may list models." if key else f"{where} wants a key. Give one.")
    if 300 <= got.status < 400:
        raise Unreachable(f"{where} points to another address. Give that one instead.")
    if got.status >= 500:
        raise Unreachable(f"{where} answers with an error of its own ({got.status}). Look at its log, or try again in a minute.")
    names = listed(got.data, "data", "id") if got.status == 200 else None
    if names is None:
        raise Unreachable(_no_list(base_url, key, seconds, got))
    return names


def _no_list(base_url: str, key: str | None, seconds: float, got: Got) -> str:
    """Something answers and it is no list of models: mostly the address lacks its end."""
    where = host(base_url)
    if not base_url.endswith("/v1"):
        try:
            better = get(f"{base_url}/v1/models", key, seconds)
        except Unreachable:
            better = Got(0, None)
        if better.status in (401, 403) or listed(better.data, "data", "id") is not None:
            return f"The address lacks its end. Use {base_url}/v1."
    if got.data is None:
        return f"{where} answers, but not with JSON: it is no model server, or the address is wrong. Most end in /v1."
    return f"{where} answers, but lists no models at this address. Check its end; most are /v1."


def check_served(model: str, names: list[str], where: str) -> None:
    """Raises ModelNotFound, naming what there is, if a model is not among those listed."""
    if model in names:
        return
    if not names:
        raise ModelNotFound(f"{where} answers and serves no model yet. Load one there first.")
    raise ModelNotFound(f"{where} does not serve {model}. It serves: {_some(names)}.")


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def check_chat(chat: Chat, clock: Callable[[], float] = time.monotonic) -> str:
    """Asks for one word. The sentence says how long it took. Raises an AskError."""
    begun = clock()
    words = (Message(role="user", content="Say yes."),)
    reply = chat(Sent(task="check", model=chat.model, messages=words, format="plain", schema_={}, max_tokens=16))
    if not reply.text.strip() and reply.finish == "stop":
        raise AskError(f"{chat.model} answers with nothing. Check that it is a chat model.")
    return f"{chat.model} answers, in {clock() - begun:.1f} s."


def check_listed(base_url: str, key: str | None, model: str | None) -> str:
    """Asks an endpoint what it serves. The sentence names it. Raises an AskError that says what is wrong, also if `model` is not among it."""
    names, where = models_at(base_url, key), host(base_url)
    if model is not None:
        check_served(model, names, where)
    return f"{where} answers. It serves: {_some(names) or 'nothing yet'}."
