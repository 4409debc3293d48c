"""What is wrong with a set of cases that no single case shows. In: cases. Out: findings, each with the file it is in.

A case that breaks its own form never gets this far: loading refuses it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import NamedTuple

from coach.errors import InputError
from coach.evaluation.cases import EvalCase
from coach.playbook import Playbook
from coach.readers import read

TYPES: dict[str, tuple[str, ...]] = {
    "yes from somebody who cannot decide": ("yes_from_non_decider",),
    "yes with an if": ("conditional_yes",),
    "sarcastic yes": ("sarcastic_yes",),
    "yes to a next step only": ("yes_to_next_step_only", "paid_pilot"),
    "yes spoken by the rep": ("yes_spoken_by_rep",),
    "the rep's note claims the yes": ("hearsay", "rep_hope", "reps_label"),
    "taken back later": ("retracted", "bought_yes_then_no"),
    "budget given, then negated": ("budget_given_then_negated",),
    "prospects disagree": ("prospects_disagree",),
    "second-hand approval": ("second_hand_approval",),
    "quiet yes": ("quiet_yes",),
    "formal yes, unsigned": ("formal_yes_unsigned",),
    "two deals": ("two_deals",),
    "politeness": ("politeness",),
    "question, hypothetical, other deal": ("question_or_hypothetical", "other_vendor_yes"),
    "negation": ("negation",),
    "injection": ("injection",),
    "injection as evidence": ("planted_evidence",),
    "nothing here, or nobody sells": ("nothing_here", "not_sales"),
    "other language": ("other_language",),
    "broken speech-to-text": ("broken_speech_to_text",),
    "very long": ("long",),
    "ambiguous yes": ("ambiguous_yes",),
    "money, dates, units": ("money_dates_units",),
    "template leakage": ("leakage",),
}
"""The 25 types that a set has to hold, and the tags that stand for each."""
MORE_TAGS = frozenset(
    """
    competitor_wins_quietly outcome_header plain_yes plan_above_notes refused_or_postponed reported_fact security_or_legal_paperwork_only signed
    tender_or_committee unknown_speakers correction
    """.split()
)
SOURCES_OF_RUNS = ("offline", "live", "recorded live", "authored")
FEWEST = 3  # base cases a type
HEADER = re.compile(r"^\W*(?:outcome|result|verdict|gold|label|stage is)\s*[:=]\s*(?:won|lost|closed|stage [12]|yes|no)\b", re.IGNORECASE | re.MULTILINE)
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
SAFE_HOST = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)$", re.IGNORECASE)
KEYS = re.compile(r"\b(?:sk|pk|ghp|xox[abp])[-_][A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b")


class Lint(NamedTuple):
    """One finding."""

    case: str
    text: str


def lint(cases: list[EvalCase], playbook: Playbook) -> list[Lint]:
    """All findings, in order of the cases."""
    known = {case.id: case for case in cases}
    found = [one for case in cases for one in _of_one(case, known, playbook)]
    found += _twins(cases)
    found += [Lint("the set", f"{count} base cases of the type “{name}”; {FEWEST} are needed") for name, count in coverage(cases).items() if count < FEWEST]
    return found


def orphans(suites: Collection[str], baselines: Collection[str], floors: Collection[str]) -> list[Lint]:
    """Baselines and floors that judge nothing, because no run is of their suite. All are names of suites.

    A model that is asked live and never recorded is known by its baseline together with a floor, for it or for all live runs.
    """
    known = {*suites, *SOURCES_OF_RUNS}
    kept = sorted(name for name in baselines if name not in suites and name not in floors and "live" not in floors)
    lost = sorted({name for name in floors if name not in known and name not in baselines})
    return [
        *(Lint(f"baselines/{name}.json", f"there is no suite {name} any more, so it judges nothing. Delete it, or record {name} again") for name in kept),
        *(Lint("thresholds.toml", f"a floor for the suite {name}, which there is not. There are: {', '.join(sorted(known))}") for name in lost),
    ]


def coverage(cases: list[EvalCase]) -> dict[str, int]:
    """How many base cases there are of each type; injected copies count for the type that they are."""
    count = Counter(tag for case in cases if case.family == "base" or "injection" in case.tags for tag in case.tags)
    return {name: sum(count[tag] for tag in tags) for name, tags in TYPES.items()}


def _of_one(case: EvalCase, known: dict[str, EvalCase], playbook: Playbook) -> Iterator[Lint]:
    try:
        read(case.note, case.id)
    except InputError as error:
        yield Lint(case.id, f"the note cannot be read: {error}")
    tags = {tag for group in TYPES.values() for tag in group} | MORE_TAGS
    if unknown := sorted(set(case.tags) - tags):
        yield Lint(case.id, f"unknown tag {unknown[0]}. Use one of evals/README.md, or add it to `coach.evaluation.lint`")
    for id, gold in case.gold.criteria.items():
        if playbook.criterion(id) is None:
            yield Lint(case.id, f"no criterion {id} in the playbook {playbook.id}")
        if gold.status == "missing" and gold.quotes:
            yield Lint(case.id, f"{id} is missing and has quotes")
        if gold.status == "met" and not any(q.required and q.polarity == "supports" for q in gold.quotes) and len(gold.accepted) < 2:
            yield Lint(case.id, f"{id} is met without a required quote that supports it")
    if missing := [c.id for c in playbook.criteria if c.id not in case.gold.criteria]:
        yield Lint(case.id, f"no gold for {missing[0]}")
    if unasked := [id for id in case.gold.must_ask if playbook.criterion(id) is None]:
        yield Lint(case.id, f"must_ask names {unasked[0]}, which is no criterion")
    if "two_deals" in case.tags and len(case.deals) < 2 and case.gold.sales:
        yield Lint(case.id, "is about two deals and names fewer than two under `deals`")
    if case.of is not None:
        yield from _copy(case, known.get(case.of))
    traps = {trap.text for trap in case.traps}
    if (header := HEADER.search(case.note)) and not any(header.group().strip() in trap for trap in traps):
        yield Lint(case.id, f"gives the answer away: {header.group().strip()!r}. Take it out, or make it a trap")
    yield from _private(case)


def _copy(case: EvalCase, base: EvalCase | None) -> Iterator[Lint]:
    if base is None:
        yield Lint(case.id, f"is a copy of {case.of}, which is not there")
        return
    if base.family != "base":
        yield Lint(case.id, f"is a copy of {base.id}, which is a copy itself. Name the base case")
    if (case.cluster, case.split) != (base.cluster, base.split):
        yield Lint(case.id, f"has another cluster or split than {base.id}, of which it is a copy")
    if case.family == "injected" and case.gold.stage != base.gold.stage:
        yield Lint(case.id, f"planted text may not change the gold stage of {base.id}")
    if case.relation == "same" and case.gold.stage != base.gold.stage:
        yield Lint(case.id, f"is said to be the same as {base.id} and has another stage")


def _private(case: EvalCase) -> Iterator[Lint]:
    for host in MAIL.findall(case.note):
        if not SAFE_HOST.search(host):
            yield Lint(case.id, f"an address at {host}. Use example.com")
    for name, pattern in (("a key", KEYS), ("an IBAN", IBAN)):
        if pattern.search(case.note):
            yield Lint(case.id, f"what looks like {name}. Make it up so that it cannot be one")


def _twins(cases: list[EvalCase]) -> Iterator[Lint]:
    notes: dict[str, list[EvalCase]] = defaultdict(list)
    clusters: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        notes[sha256(" ".join(case.note.split()).casefold().encode("utf-8", "surrogatepass")).hexdigest()].append(case)
        clusters[case.cluster].add(case.split)
    for same in notes.values():
        if len(same) > 1:
            yield Lint(same[1].id, f"has the same note as {same[0].id}")
    for cluster, splits in clusters.items():
        if len(splits) > 1:
            yield Lint(cluster, "this cluster is in both splits: what is learned from one half is measured on the other")
