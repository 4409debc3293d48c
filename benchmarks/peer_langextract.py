"""langextract's side of `benchmarks.peers`: run by the Python of its own environment. In: JSON on standard input. Out: JSON, a list for each note.

Used as its documentation says for a server that speaks OpenAI's protocol: a description, examples, and its own defaults.
"""

import json
import sys
import time

import langextract as lx

DESCRIPTION = """Extract the words that show how a sales deal stands. Use exact text of the note, do not paraphrase. The class is the criterion,
the attribute polarity says whether the words speak for it (supports) or against it (undermines). Criteria:
"""


def main() -> None:
    """Extracts from each note and says where, what and how long it took."""
    asked = json.load(sys.stdin)
    config = lx.factory.ModelConfig(
        model_id=asked["model"], provider="OpenAILanguageModel", provider_kwargs={"api_key": asked["key"], "base_url": asked["base_url"]}
    )
    examples = [
        lx.data.ExampleData(
            text=example["text"],
            extractions=[lx.data.Extraction(one["criterion"], one["quote"], attributes={"polarity": one["polarity"]}) for one in example["found"]],
        )
        for example in asked["examples"]
    ]
    description = DESCRIPTION + "\n".join(f"{id}: {good}" for id, good in asked["criteria"].items())
    results = []
    for note in asked["notes"]:
        start = time.perf_counter()
        found = []
        fault = ""
        try:
            made = lx.extract(note, prompt_description=description, examples=examples, config=config, show_progress=False)
            for one in made.extractions or []:
                at = one.char_interval
                place = [at.start_pos, at.end_pos] if at else None
                polarity = (one.attributes or {}).get("polarity")
                found.append({"criterion": one.extraction_class, "quote": one.extraction_text, "polarity": polarity, "place": place})
        except Exception as error:  # noqa: BLE001 - counted as a note that it could not read
            fault = type(error).__name__
        results.append({"seconds": time.perf_counter() - start, "found": found, "fault": fault})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
