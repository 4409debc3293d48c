"""Parts of the pages on which prompts and playbooks are changed. In: texts and findings of `coach.lab`. Out: elements, and texts to save.

Words of files go to the editor, to `st.text`, `st.code` or escaped markup, never to a label or to Markdown.
"""
