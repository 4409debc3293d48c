"""The pieces of the Evals page. In: values of `coach.evaluation`. Out: pixels. Layout only.

Words of cases, notes and models are drawn by `elements`, which escapes, or by the sheet; never by a label or by Markdown.
"""
