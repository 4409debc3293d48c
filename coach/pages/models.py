"""Who reads the note: the picker, and beside it how to get more to pick from. Layout only.

In: settings and what the rep presses. Out: the name of a model, and settings with the endpoint that was typed. A key that is
typed lives in this session's memory, is sent to the address it was typed for, and is never shown again. Names that servers made up go to
`st.text` and to the picker, never to a label or to Markdown.
"""

from typing import NamedTuple

import streamlit as st
from pydantic import SecretStr

from coach.address import address, host, is_loopback
from coach.answering import OFFLINE
from coach.errors import CoachError, SettingsError
from coach.models.known import Known, known, size
from coach.models.places import Found
from coach.models.pull import Order
from coach.models.pulling import Pulling, State, begin, begun
from coach.models.sources import ALL
from coach.settings import Settings, environment

NO_MODEL = "The offline analyst is not a language model. It reads with rules and a small classifier."
ADD_A_MODEL = "To always use one, set COACH_MODEL and OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, and start again."
WHAT_BUILT_IN = "Runs on this machine, without a key. It is small and slow: minutes for a long note."
NO_EXTRA = "Its packages are not installed. Stop the page, run ./run model pull, and start again."
NOT_ENCRYPTED = "This address is not encrypted: whoever is on the way can read the note and the key."
FRESH = 20  # seconds for which servers that were found are taken to be there
EVERY = 1.0  # seconds between two looks at a pull


class Typed(NamedTuple):
    """An endpoint that was typed in this session."""

    base_url: str
    model: str
    key: SecretStr | None


def of_session(settings: Settings) -> Settings:
    """Settings with the endpoint that was typed in this session, if one was."""
    held = st.session_state.get("endpoint")
    return settings.at(held.base_url, held.model, held.key) if isinstance(held, Typed) else settings


def pick(settings: Settings) -> str:
    """Draws the picker and what stands beside it. The name of the model that was picked."""
    found = _around(settings.servers, settings)
    options = settings.models(found)
    if (go := st.session_state.pop("pick", None)) in options:
        st.session_state["model"] = go
    held = st.session_state.get("model")
    if held and held not in options:  # a server that was stopped: whoever picked it is told when it is asked, and not moved to another
        options = (*options, held)
    model = st.selectbox("Read by", options, key="model", persist_state="session") or OFFLINE
    if model == OFFLINE:
        st.caption(NO_MODEL)
    with st.expander("Other models", key="more-models"):
        for entry in known()[:1]:
            _built_in(settings, entry)
        _servers(found)
        _endpoint(settings)
        if model != OFFLINE:
            _try(settings, model)
        st.caption(ADD_A_MODEL)
    return model


@st.cache_data(ttl=FRESH, show_spinner=False)
def _around(servers: str, _settings: Settings) -> tuple[Found, ...]:  # noqa: ARG001 - where is looked is part of the key
    return _settings.look_around()


def _built_in(settings: Settings, entry: Known) -> None:
    from importlib.util import find_spec

    with st.container(key="built-in"):
        st.text(f"Built in: {entry.title}")
        st.caption(WHAT_BUILT_IN)
        pulling = begun(settings.weights.path(entry))
        if settings.weights.has(entry):
            st.text(f"It is on this machine ({size(entry.bytes)}). Pick “{entry.id}” above.")
        elif find_spec("xllamacpp") is None:
            st.text(NO_EXTRA)
        elif pulling is not None and pulling.state.going:
            st.fragment(_going, run_every=EVERY)(pulling)
        else:
            _offer(settings, entry, pulling.state if pulling else None)


def _offer(settings: Settings, entry: Known, last: State | None) -> None:
    """The button that fetches it, or goes on, and what went wrong last."""
    if last is not None and last.error:
        st.text(last.error)
    left = entry.bytes - settings.weights.begun(entry)
    label = f"Get the model ({size(entry.bytes)})" if left == entry.bytes else f"Go on ({size(left)} left)"
    st.button(label, key="get-model", on_click=_begin, args=(settings, entry))


def _begin(settings: Settings, entry: Known) -> None:
    begin(Order(entry, settings.weights, ALL, environment()))


def _going(pulling: Pulling) -> None:
    """How far it is, looked at again and again; the whole page once it is over."""
    state = pulling.state
    if not state.going:
        st.rerun()
    step = state.step
    st.progress(step.done / step.of, text=f"{step.what}: {size(step.done)} of {size(step.of)}")
    st.button("Stop", key="stop-model", on_click=pulling.stop)


def _servers(found: tuple[Found, ...]) -> None:
    with st.container(key="servers"):
        st.text("Servers on this machine")
        for server in found:
            st.text(f"{server.place.name} at {host(server.place.url)}: {len(server.models)} to pick above")
        if not found:
            st.caption("None answers. Ollama, LM Studio, llama.cpp and vLLM are looked for where they usually are.")
        st.button("Look again", key="look-again", on_click=_around.clear)


def _endpoint(settings: Settings) -> None:
    """A server elsewhere, by its address and a key."""
    held = st.session_state.get("endpoint")
    with st.container(key="elsewhere"):
        st.text("A server elsewhere")
        place = st.empty()
        if isinstance(held, Typed):
            with st.container(key="in-use"):
                st.text(f"In use until the page is closed: {held.model} at {host(held.base_url)}")
                if held.base_url.startswith("http:") and not is_loopback(held.base_url):
                    st.text(NOT_ENCRYPTED)
                st.button("Forget it", key="forget", on_click=_forget)
        with st.form("endpoint-form", border=False):
            url = st.text_input("Address", key="typed-url", placeholder="https://host/v1", autocomplete="off") or ""
            model = st.text_input("Model", key="typed-model", autocomplete="off") or ""
            key = st.text_input("Key", key=f"typed-key-{st.session_state.get('typed', 0)}", type="password", autocomplete="off") or ""
            st.caption("The key stays in this session’s memory and is sent to that address only.")
            pressed = st.form_submit_button("Use this server", key="use-endpoint")
    if not pressed:
        return
    try:
        made = typed(url, model, key, held if isinstance(held, Typed) else None)
        if settings.here.leaves(made.model) is not None:
            raise SettingsError("A model here has that name. Pick it above, or name another.")
    except SettingsError as error:
        place.text(str(error))
        return
    st.session_state["endpoint"] = made
    st.session_state["typed"] = st.session_state.get("typed", 0) + 1  # a new field: the key is not sent back to the browser
    st.session_state["pick"] = made.model
    st.rerun()


def typed(url: str, model: str, key: str, before: Typed | None) -> Typed:
    """What was typed, tidied. A key that was typed before stays if the address does. Raises SettingsError."""
    base_url, model, key = address(url), model.strip(), key.strip()
    if not model:
        raise SettingsError("Name the model, as that server calls it.")
    kept = before.key if before is not None and before.base_url == base_url else None
    return Typed(base_url, model, SecretStr(key) if key else kept)


def _forget() -> None:
    del st.session_state["endpoint"]
    st.session_state.pop("model", None)


def _try(settings: Settings, model: str) -> None:
    """Asks the model that is picked for one word, and says what came of it."""
    with st.container(key="try"):
        if not st.button("Test the connection", key="try-model"):
            return
        try:
            with st.status("Asking for one word") as status:
                for sentence in settings.tried(model, lambda step: status.update(label=step)):
                    st.text(sentence)
                status.update(label="It works", state="complete", expanded=True)
        except CoachError as error:
            st.text(str(error))
            status.update(label="It does not work", state="error", expanded=True)
