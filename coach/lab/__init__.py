"""What teams change without code: prompt sets and playbooks. In: files. Out: files, findings, differences, packs.

`owned` knows whose a set is and where it lies, `saving` writes without losing anything, `prompts` and `playbooks` say what
is wrong with one and where, `shown` is what a model would get, `packing` opens what others send. No page is in here.
"""
