"""Fetches weights. In: an entry, the store, sources in order. Out: the whole file in its place, or a PullError.

    room on the disk -> lock -> first source that answers -> size and sha256 -> moved into its place

The hash decides, whoever brought the file. What is cut off stays and is gone on with; what is wrong is deleted. A file
under its final name is never half.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

from coach.errors import PullError
from coach.models.known import Known, size
from coach.models.sources import BLOCK, NoAnswer, Source, Stopped, Watch
from coach.models.store import Store

SELDOM = 0.2  # seconds between two tellings


class Step(NamedTuple):
    """How far it is. `what` is a sentence's beginning, such as "Fetching from the model hub"."""

    what: str
    done: int
    of: int


Tell = Callable[[Step], None]


class Order(NamedTuple):
    """What is fetched, where to, and from whom, the first asked first."""

    model: Known
    store: Store
    sources: Sequence[Source]
    environment: Mapping[str, str]
    patience: Mapping[str, float] = {}


def pull(order: Order, tell: Tell, stop: Event | None = None) -> Path:
    """The weights of a model, fetched if they are not there, and checked in any case. Raises PullError or SettingsError."""
    model, store = order.model, order.store
    stop = stop or Event()
    with store.locked(model):
        if store.has(model):
            if _digest(store.path(model), model, _seldom(tell), stop) == model.sha256:
                return store.path(model)
            store.path(model).unlink()
        offering = [source for source in order.sources if source.offers(model)]
        if not offering:
            raise PullError(f"{model.title} is not to be had that way. Leave --from out.")
        _check_room(model, store, offering)
        return _first_that_answers(order, offering, _seldom(tell), stop)


def _first_that_answers(order: Order, offering: Sequence[Source], tell: Tell, stop: Event) -> Path:
    model, store, work = order.model, order.store, order.store.work(order.model)
    faults = []
    for source in offering:
        work.mkdir(parents=True, exist_ok=True)
        what = f"Fetching from {source.title}"

        def told(done: int, what: str = what) -> None:
            tell(Step(what, min(done, model.bytes), model.bytes))

        told(0)
        try:
            file = source.fetch(model, work, Watch(told, stop, order.environment, **order.patience))
            _check(file, model, tell, stop)
        except (NoAnswer, OSError) as error:
            faults.append(f"{_upper(source.title)}: {_reason(error, model, store, source)}")
            continue
        file.replace(store.path(model))
        shutil.rmtree(work, ignore_errors=True)
        return store.path(model)
    raise PullError(f"{model.title} could not be fetched. {' '.join(faults)} Try again later, or use the offline review.")


def _check(file: Path, model: Known, tell: Tell, stop: Event) -> None:
    """Deletes the file and raises NoAnswer if it is not the one that the entry names."""
    if file.stat().st_size == model.bytes and _digest(file, model, tell, stop) == model.sha256:
        with file.open("rb") as whole:
            os.fsync(whole.fileno())
        return
    shutil.rmtree(file.parent, ignore_errors=True)
    raise NoAnswer("What it gave is not that model: the checksum differs. It was deleted.")


def _digest(file: Path, model: Known, tell: Tell, stop: Event) -> str:
    digest, done = hashlib.sha256(), 0
    with file.open("rb") as whole:
        while block := whole.read(BLOCK):
            if stop.is_set():
                raise Stopped("Stopped. What has come stays, and the next try goes on from there.")
            digest.update(block)
            tell(Step("Checking", done := done + len(block), model.bytes))
    return digest.hexdigest()


def _check_room(model: Known, store: Store, offering: Sequence[Source]) -> None:
    needed = max(0, model.bytes - store.begun(model)) + max(source.spare(model) for source in offering)
    missing = needed - store.free()
    if missing > 0:
        raise PullError(_no_room(store, needed, missing))


def _no_room(store: Store, needed: int, missing: int) -> str:
    return (
        f"The disk of {store.folder} has too little room: {size(needed)} are needed, {size(missing)} are missing. "
        "Make room, or set COACH_CACHE to a folder on another disk."
    )


def _reason(error: Exception, model: Known, store: Store, source: Source) -> str:
    """Why a source failed. A disk that filled up meanwhile makes each of them fail, and that is what to say."""
    needed = max(0, model.bytes - store.begun(model)) + source.spare(model)
    if store.free() < min(needed, source.spare(model) or 50_000_000):
        raise PullError(_no_room(store, needed, needed - store.free())) from None
    return str(error) if isinstance(error, NoAnswer) else "What it gave could not be written down."


def _seldom(tell: Tell) -> Tell:
    """Tells at most five times a second, and each new step and the end at once."""
    last, what = 0.0, ""

    def told(step: Step) -> None:
        nonlocal last, what
        now = time.monotonic()
        if now - last > SELDOM or step.what != what or step.done == step.of:
            last, what = now, step.what
            tell(step)

    return told


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
