"""Words in GitHub's workflow commands. In: text of a case, a file or a model. Out: the same text, with no power to end a command or begin one."""

MOST_ANNOTATIONS = 9  # GitHub shows ten of a kind for each step


def data(text: str) -> str:
    """Text for the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def value(text: str) -> str:
    """Text for one of its properties."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
