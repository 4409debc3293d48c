"""Speech-to-text -> drafts. In: parsed answers of Deepgram, AssemblyAI, Whisper and WhisperX. Out: a draft for each recording.

Utterances are taken where there are some, else words are put together by speaker, else the text as a whole. AssemblyAI
counts milliseconds, the others seconds. A machine's number for a voice stays a number: "Speaker 0" is nobody's name.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from coach.conversation import Kind
from coach.readers.clock import seconds_of
from coach.readers.vendors.shape import first, items, objects, summary_lines, text
from coach.readers.written import Draft, Said, clean_name, written

MS = 0.001


def voice(value: object) -> str | None:
    """A machine's label for a voice: numbers and single letters as "Speaker 0", others as they are."""
    if isinstance(value, bool) or value is None:
        return None
    label = str(value) if isinstance(value, int) else clean_name(value)
    return f"Speaker {label}" if label and (label.isdecimal() or (len(label) == 1 and label.isalpha())) else label


def by_voice(words: Iterable[dict[str, Any]], unit: float = 1.0, default: str | None = None) -> Iterator[Said]:
    """Words put together for as long as one voice speaks."""
    run: list[dict[str, Any]] = []
    for word in words:
        if run and first(word, "speaker") != first(run[-1], "speaker"):
            yield _together(run, unit, default)
            run = []
        run.append(word)
    if run:
        yield _together(run, unit, default)


def _together(run: list[dict[str, Any]], unit: float, default: str | None) -> Said:
    words = " ".join(text(word, "punctuated_word", "text", "word").strip() for word in run)
    start, end = seconds_of(first(run[0], "start"), unit), seconds_of(first(run[-1], "end"), unit)
    return Said(voice(first(run[0], "speaker")) or default, words, start, end)


def deepgram_drafts(documents: list[Any]) -> list[Draft]:
    """Deepgram: `results` with utterances or channels, or the answers of a live stream, which are one talk."""
    live = [held for held in objects(documents) if held.get("is_final") is True and items(held, "channel", "alternatives")]
    if live:
        return [_live(live)]
    return [_deepgram(held["results"]) for held in objects(documents) if items(held, "results", "channels") or items(held, "results", "utterances")]


def _live(answers: list[dict[str, Any]]) -> Draft:
    """The final answers of a live stream; those before them are guesses at the same words."""
    pieces: list[Said] = []
    for answer in answers:
        heard = items(answer, "channel", "alternatives")[0]
        if words := items(heard, "words"):
            pieces += by_voice(words)
        else:
            pieces.append(Said(None, text(heard, "transcript"), seconds_of(answer.get("start"))))
    return written(pieces)


def _deepgram(results: dict[str, Any]) -> Draft:
    channels = items(results, "channels")
    said = [Said(None, line, kind=Kind.SUMMARY) for line in summary_lines(results.get("summary"))]
    if utterances := items(results, "utterances"):
        several = len({first(line, "channel") if isinstance(first(line, "channel"), int) else 0 for line in utterances}) > 1
        for line in utterances:
            label = first(line, "speaker")
            who = ", ".join(part for part in (f"Channel {line.get('channel')}" if several else None, voice(label)) if part) or None
            said.append(Said(who, text(line, "transcript"), seconds_of(line.get("start")), seconds_of(line.get("end"))))
        return written(said)
    pieces: list[Said] = []
    for number, channel in enumerate(channels):
        heard = next(iter(items(channel, "alternatives")), {})
        default = f"Channel {number}" if len(channels) > 1 else None
        if paragraphs := items(heard, "paragraphs", "paragraphs"):
            for part in paragraphs:
                who = voice(part.get("speaker")) or default
                pieces += [Said(who, text(line, "text"), seconds_of(line.get("start")), seconds_of(line.get("end"))) for line in items(part, "sentences")]
        elif words := items(heard, "words"):
            if any("speaker" in word for word in words) or len(channels) > 1:
                pieces += by_voice(words, default=default)
            else:
                pieces.append(Said(default, text(heard, "transcript"), seconds_of(words[0].get("start")), seconds_of(words[-1].get("end"))))
        else:
            pieces.append(Said(default, text(heard, "transcript")))
    return written([*said, *sorted(pieces, key=lambda piece: piece.time or 0.0)])


def assemblyai_drafts(documents: list[Any]) -> list[Draft]:
    """AssemblyAI: utterances, sentences or words in milliseconds."""
    found = []
    for held in objects(documents):
        if "audio_url" in held or "acoustic_model" in held or ("audio_duration" in held and "confidence" in held):
            said = [Said(None, line, kind=Kind.SUMMARY) for line in summary_lines(held.get("summary"), held.get("chapters"))]
            if lines := (items(held, "utterances") or items(held, "sentences") or items(held, "paragraphs")):
                said += [Said(voice(first(line, "speaker", "channel")), text(line, "text"), seconds_of(line.get("start"), MS), seconds_of(line.get("end"), MS)) for line in lines]
            elif any(word.get("speaker") is not None for word in items(held, "words")):
                said += by_voice(items(held, "words"), MS)
            else:
                words = items(held, "words") or [{}]
                said.append(Said(None, text(held, "text"), seconds_of(words[0].get("start"), MS), seconds_of(words[-1].get("end"), MS)))
            found.append(written(said))
    return found


def whisper_drafts(documents: list[Any]) -> list[Draft]:
    """Whisper and WhisperX: `segments` in seconds, with or without speakers."""
    found = [_whisper(held) for held in objects(documents) if any("text" in part and ("start" in part or "speaker" in part) for part in items(held, "segments"))]
    return found or [_timed(held, words) for held in objects(documents) if text(held, "text") and (words := items(held, "words")) and all("word" in word and "start" in word for word in words)]


def _timed(held: dict[str, Any], words: list[dict[str, Any]]) -> Draft:
    """A text with the times of its words and no segments."""
    return written([Said(None, text(held, "text"), seconds_of(words[0].get("start")), seconds_of(words[-1].get("end")))])


def _whisper(held: dict[str, Any]) -> Draft:
    said: list[Said] = []
    for part in items(held, "segments"):
        words = [word for word in items(part, "words") if text(word, "word", "text").strip()]
        speakers = {word.get("speaker") if isinstance(word.get("speaker"), str) else None for word in words}
        if len(speakers - {None}) > 1:  # two voices in one segment
            said += _split(part, words)
        else:
            said.append(Said(voice(part.get("speaker")), text(part, "text"), seconds_of(part.get("start")), seconds_of(part.get("end"))))
    return written(said)


def _split(part: dict[str, Any], words: list[dict[str, Any]]) -> Iterator[Said]:
    """A segment cut where another voice begins. Words that carry no voice stay with the one before them."""
    whole, cut = text(part, "text"), 0
    run: list[dict[str, Any]] = []
    spoken = None
    search = 0
    for word in words:
        who = word.get("speaker") or spoken
        place = whole.find(text(word, "word", "text").strip(), search)
        if spoken is not None and who != spoken and place >= 0:
            yield Said(voice(spoken), whole[cut:place], seconds_of(first(run[0], "start")), seconds_of(first(run[-1], "end")))
            cut, run = place, []
        search = place + 1 if place >= 0 else search
        spoken = who
        run.append(word)
    yield Said(voice(spoken), whole[cut:], seconds_of(first(run[0], "start")) if run else None, seconds_of(part.get("end")))
