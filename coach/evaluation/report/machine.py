"""Reports for machines. In: dossiers. Out: JUnit XML, a CSV of flips, and workflow annotations, each inert where it lands.

Printed model text could carry workflow commands or spreadsheet formulas: both are taken the power of.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from coach.evaluation.gate import why_not
from coach.evaluation.report.contents import Dossier
from coach.evaluation.results import Result
from coach.render import workflow
from coach.render.inert import cell

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(dossiers: list[Dossier]) -> str:
    """A suite for each run, a test case for each case. Holdout cases are counted in one test case, not named."""
    suites = []
    for dossier in dossiers:
        rows = [_testcase(dossier, result) for result in dossier.run.results if result.about.split == "dev"]
        rows.append(_gate(dossier))
        failures, errors, skipped = (sum(f"<{word}" in row for row in rows) for word in ("failure", "error", "skipped"))
        counts = f'tests="{len(rows)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
        suites.append(f"<testsuite name={_attr(dossier.run.suite)} {counts}>\n" + "\n".join(rows) + "\n</testsuite>")
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "\n".join(suites) + "\n</testsuites>\n"


def _testcase(dossier: Dossier, result: Result) -> str:
    """A case fails the suite's tests only where the gate says so; what was already wrong in the baseline is skipped, with its reason."""
    start = f"<testcase classname={_attr(dossier.run.suite)} name={_attr(result.about.id)}>"
    if result.answer is None:
        return f"{start}<error message={_attr(result.error or 'no answer')}/></testcase>"
    if result.passed:
        return start + "</testcase>"
    failing = any(one.fails and one.case == result.about.id for one in dossier.findings)
    return f"{start}<{'failure' if failing else 'skipped'} message={_attr(why_not(result))}/></testcase>"


def _gate(dossier: Dossier) -> str:
    start = f'<testcase classname={_attr(dossier.run.suite)} name="gate">'
    lines = [one.text for one in dossier.findings if one.fails and one.case is None]
    if not lines:
        return start + "</testcase>"
    return f"{start}<failure message={_attr(lines[0])}>{escape(NOT_XML.sub('', chr(10).join(lines)))}</failure></testcase>"


def _attr(text: str) -> str:
    return quoteattr(NOT_XML.sub("", text))


def flips_csv(dossiers: list[Dossier]) -> str:
    """A row for each dev case whose answer or result differs from the baseline's."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("suite", "case", "before", "now", "gold", "passed_before", "passes", "rule", "quote", "against", "why_not"))
    for dossier in dossiers:
        known = dossier.baseline.cases if dossier.baseline else {}
        for result in dossier.run.results:
            then, answer = known.get(result.about.id), result.answer
            if then is None or answer is None or result.about.split == "holdout" or (then.label, then.passed) == (answer.label, result.passed):
                continue
            stages, passes = (then.label, answer.label, result.about.gold), (then.passed, result.passed)
            why = "" if result.passed else why_not(result)
            row = (dossier.run.suite, result.about.id, *stages, *passes, answer.rule, answer.quote, answer.against, why)
            writer.writerow([cell(str(value if value is not None else "")) for value in row])
    return out.getvalue()


def annotations(dossiers: list[Dossier], folder: Path) -> Iterator[str]:
    """Workflow commands that put the worst findings beside their case's file, at most nine and one that counts the rest."""
    found = [(dossier.run.suite, one) for dossier in dossiers for one in dossier.findings if one.fails]
    for suite, one in found[:workflow.MOST_ANNOTATIONS]:
        at = f" file={workflow.value(f'{folder.as_posix()}/{one.case}.yaml')},line=1" if one.case else ""
        yield f"::error{at}::{workflow.data(f'{suite}: {one.text}')}"
    if len(found) > workflow.MOST_ANNOTATIONS:
        yield f"::notice::{len(found) - workflow.MOST_ANNOTATIONS} more findings are in the report"
