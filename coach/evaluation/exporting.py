"""Cases for other eval tools. In: cases and a prompt set. Out: a promptfoo configuration and its tests, as files' texts.

promptfoo calls the model itself and asserts on its raw reply, before grounding and rules: it shows what a model says, and our
own run what a person is shown. Gold stages go along as variables, quotes as assertions that they occur.
"""

import json
import re
from typing import Any

from coach.answering import REPLIES
from coach.ask import Brief
from coach.errors import CaseError
from coach.evaluation.cases import EvalCase
from coach.evidence import Extract
from coach.llm.schema import strict_schema
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read

RUNS = re.compile(r"\{[{%#]|^\s*(?:file|package):", re.IGNORECASE)
"""What promptfoo takes for a template wherever it stands, and at the beginning for a script to run."""


def would_run(case: EvalCase) -> bool:
    """Whether promptfoo would run words of the case instead of comparing them."""
    return any(RUNS.search(text) for text in (case.note, case.title, *case.gold_words))


def promptfoo(cases: list[EvalCase], prompts: PromptSet, playbook: Playbook, model: str) -> dict[str, str]:
    """Texts by file name: promptfooconfig.json and one prompt file a case."""
    files: dict[str, str] = {}
    tests: list[dict[str, Any]] = []
    for case in cases:
        if would_run(case):
            raise CaseError(f"{case.id} holds words that promptfoo would run as a template or a script. Leave the case out.")
        request = Extract(brief=Brief(conversation=read(case.note, case.id), playbook=playbook, today=case.as_of))
        messages = [{"role": m.role, "content": m.content} for m in prompts.messages(request, REPLIES)]
        files[f"prompts/{case.id}.json"] = json.dumps(messages, indent=1, ensure_ascii=False) + "\n"
        variables = {"messages": f"file://prompts/{case.id}.json", "gold_stage": str(case.gold.stage)}
        tests.append({"description": f"{case.id}: {case.title}", "vars": variables, "assert": _assertions(case)})
    config = {
        "description": f"{len(cases)} cases, extraction prompt {prompts.version(*REPLIES)}",
        "prompts": ["{{messages}}"],
        "providers": [{"id": f"openai:chat:{model}", "config": {"temperature": 0, "response_format": _format()}}],
        "tests": tests,
    }
    files["promptfooconfig.json"] = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    return files


def _format() -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": Extract.task, "strict": True, "schema": strict_schema(Extract.reply)}}


def _assertions(case: EvalCase) -> list[dict[str, Any]]:
    required = [quote.text for gold in case.gold.criteria.values() for quote in gold.quotes if quote.required]
    return [
        {"type": "is-json"},
        {"type": "javascript", "value": f"JSON.parse(output).sales === {str(case.gold.sales).lower()}", "metric": "sales"},
        *({"type": "contains", "value": json.dumps(text, ensure_ascii=False)[1:-1], "metric": "key quotes"} for text in required),
    ]
