"""Language models without a key: weights, the server that runs them, and servers of the rep's own.

In: the user's cache folder and loopback. Out: an address with its key, or a CoachError. How a model is asked stands in
`coach.llm`; nothing in here sees a note but `builtin`, which only hands requests on.
"""
