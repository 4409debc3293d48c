"""What a run shows, for people and for CI. In: dossiers. Out: text; nothing here measures, judges or writes files.

`contents` says it once, in reading order; `markdown` and `page` (one HTML file) lay it out, `junit`, `flips` and
`annotations` are for machines.
"""

from coach.evaluation.report.contents import Dossier, contents
from coach.evaluation.report.machine import annotations, flips_csv, junit
from coach.evaluation.report.markdown import markdown
from coach.evaluation.report.page import page

__all__ = ["Dossier", "annotations", "contents", "flips_csv", "junit", "markdown", "page"]
