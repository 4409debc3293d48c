"""Everything that can go wrong, as one tree. Messages say what happened and what to do next; never a key or note text.

CoachError
├── InputError            the text or file cannot be read as a conversation
├── PlaybookError         a playbook file is missing or breaks its form
├── PromptError           a prompt template is missing, unsafe, too long or lacks a variable
├── SettingsError         an environment variable, option or path cannot be used
├── CaseError             an eval case, threshold or run is malformed or missing; names file and line
├── ReplayError           a recording is missing, stale, damaged or unused: replay never falls back to a live model
├── PullError            the weights of a model cannot be fetched, checked or kept
├── StoreError            the database cannot be reached, read or written; a review goes on without it
└── AskError              the model gave no usable answer; the offline review still works
    ├── KeyRefused        401 or 403: the key is wrong or has no right to the model
    ├── ModelNotFound     404: the endpoint does not serve this model
    ├── RateLimited       429: too fast or out of quota; `retry_after` seconds when the server said so
    ├── Unreachable       no connection, a time-out, or a failing server
    ├── PromptTooLong     the note does not fit the model's window
    ├── Refused           the model declined to answer
    ├── OverBudget        the next request could cross the limit that was set, so it was not sent
    └── BadReply          cut off, not JSON or not the asked shape, also after one more try
"""


class CoachError(Exception):
    """Base of all expected failures; `str(error)` is fit to be shown to a user."""


class InputError(CoachError):
    """The text or file cannot be read as a conversation."""


class PlaybookError(CoachError):
    """A playbook file is missing or breaks its form."""


class PromptError(CoachError):
    """A prompt template is missing, unsafe, too long, or lacks a variable."""


class SettingsError(CoachError):
    """An environment variable, option or path cannot be used."""


class CaseError(CoachError):
    """An eval case, threshold or run is malformed or missing."""


class ReplayError(CoachError):
    """A recording is missing, stale, damaged or unused."""


class PullError(CoachError):
    """The weights of a model cannot be fetched, checked or kept."""


class StoreError(CoachError):
    """The database cannot be reached, read or written."""


class AskError(CoachError):
    """The model gave no usable answer."""


class KeyRefused(AskError):
    """The endpoint answered 401 or 403."""


class ModelNotFound(AskError):
    """The endpoint answered 404 for this model."""


class RateLimited(AskError):
    """The endpoint answered 429. `retry_after` is in seconds, None if the server did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(AskError):
    """No connection, a time-out, or a server that keeps failing."""


class PromptTooLong(AskError):
    """The request does not fit the model's window."""


class Refused(AskError):
    """The model declined to answer."""


class OverBudget(AskError):
    """The next request could cross the limit that was set, so it was not sent."""


class BadReply(AskError):
    """The reply was cut off, was not JSON, or had the wrong shape, also after one more try."""
