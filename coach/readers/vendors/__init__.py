"""JSON of call recorders and speech-to-text -> drafts. In: text. Out: a draft for each call, or [] if the text is no JSON.

Each vendor is a file with one function from the parsed documents to drafts, [] for "not mine". Words are taken as they
are; times become seconds; what a machine summed up is summary. Raises InputError for JSON that breaks off or holds no words.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from coach.errors import InputError
from coach.readers.vendors.fathom import fathom_drafts
from coach.readers.vendors.fireflies import fireflies_drafts
from coach.readers.vendors.gong import gong_drafts
from coach.readers.vendors.other import other_drafts
from coach.readers.vendors.speech import assemblyai_drafts, deepgram_drafts, whisper_drafts
from coach.readers.written import Draft

Json = Any
VENDORS: tuple[Callable[[list[Json]], list[Draft]], ...] = (
    gong_drafts,
    fathom_drafts,
    fireflies_drafts,
    deepgram_drafts,
    assemblyai_drafts,
    whisper_drafts,
    other_drafts,
)
"""Tried from the top. The last takes any list of utterances."""
BEGINS = re.compile(r"\s*(?:\{\s*(?:\"[^\"\n]{0,80}\"\s*:|\})|\[\s*(?:\{\s*\"[^\"\n]{0,80}\"\s*:|\]))")
"""How JSON that can hold a call begins: notes may begin with a bracket too."""


def json_drafts(source: str, name: str) -> list[Draft]:
    """A draft for each call in the JSON, [] for other text."""
    text = source.lstrip("\ufeff")
    if not BEGINS.match(text):
        return []
    documents = _documents(text, name)
    if not documents:
        return []
    for drafts_of in VENDORS:
        if drafts := [draft for draft in drafts_of(documents) if draft.turns]:
            return drafts
    raise InputError(f"{name} is JSON in which nobody says anything that we can find. Export the transcript itself, as text, VTT or JSON.")


def _documents(text: str, name: str) -> list[Json]:
    """Every document of the text: one, or several one after another, such as a transcript and the list of who took part.

    [] if other text follows a document: then it is no export. Raises InputError for JSON that breaks off.
    """
    decoder = json.JSONDecoder()
    documents: list[Json] = []
    at = 0
    while (at := _next(text, at)) < len(text):
        if documents and text[at] not in "{[":
            return []
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            place = error.pos if isinstance(error, json.JSONDecodeError) else len(text)
            if place * 2 < len(text) and len(KEY.findall(text)) * LONG_VALUE < len(text):
                return []  # a text that happens to begin like JSON
            raise InputError(f"{name} is JSON that breaks off or is damaged at character {place:,} of {len(text):,}. Export or download it again.") from None
        documents.append(document)
    return documents


def _next(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


BETWEEN = re.compile(r"[\s,]*")
KEY = re.compile(r"\"[\w .-]{1,40}\"\s*:")
LONG_VALUE = 200  # characters a key, on average, above which a text is no JSON
