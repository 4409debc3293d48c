"""A vendor's errors as sentences. In: what an SDK raised. Out: an AskError, or FormatRefused.

The vendor's own text is left out: it may hold the key or the note. Key, address and name may come from variables, from the page
or from a look round this machine: variables are named beside them. The SDK is imported where an error has come from it.
"""

import math

from coach.errors import AskError, KeyRefused, ModelNotFound, PromptTooLong, RateLimited, Unreachable
from coach.llm.asker import FormatRefused, Late, Sent

NO_REPLY = (ValueError, AttributeError, TypeError, LookupError)  # the SDK takes any 200 for a reply: a web page, a list, nothing
NO_CHAT_SERVER = "What answers there does not speak the OpenAI chat protocol. Check the address (OPENAI_BASE_URL); it often ends in /v1."
FORMAT_WORDS = ("response_format", "json_schema", "structured output", "json mode", "grammar", "schema")


def translated(error: Exception, sent: Sent) -> Exception:
    """The error to raise in place of `error`."""
    import openai

    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return KeyRefused("The endpoint refused the key. Check the key (OPENAI_API_KEY, if it is set there), and that it may use this model.")
        case openai.NotFoundError():
            return ModelNotFound(
                f"The endpoint does not serve {sent.model}. Check the model's name and the address (COACH_MODEL and OPENAI_BASE_URL, if they are set there)."
            )
        case openai.RateLimitError():
            wait = _retry_after(error)
            if getattr(error, "code", None) == "insufficient_quota":
                return RateLimited("The account behind the key has no quota left. Top it up, or use the offline review.", wait)
            when = f"in {math.ceil(wait)} seconds" if wait else "in a minute"
            return RateLimited(f"The endpoint says: too many requests. Try again {when}.", wait)
        case openai.APITimeoutError():
            return Late("The model did not answer in time. Try again, or give it more with COACH_TIMEOUT (seconds).")
        case openai.APIConnectionError():
            return Unreachable("No connection to the model. Check the address (OPENAI_BASE_URL, if it is set there) and that the server runs.")
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            said = f"{error.code} {error.message}".casefold()
            if "context" in said and ("length" in said or "window" in said or "exceed" in said):
                return PromptTooLong("The note is too long for this model. Use one with a longer window, or the offline review.")
            if sent.format != "plain" and any(word in said for word in FORMAT_WORDS):
                return FormatRefused()
            return AskError(f"The endpoint refused the request. Check that {sent.model} is a chat model.")
        case openai.APIStatusError() if error.status_code < 400:
            return Unreachable(f"The endpoint points to another address ({error.status_code}). Give that one instead (in OPENAI_BASE_URL, if it is set there).")
        case openai.APIStatusError():
            return Unreachable(f"The model's server failed ({error.status_code}). Try again in a minute.")
        case openai.OpenAIError():
            return AskError("The model could not be asked. Check the key, the address and the model's name (OPENAI_API_KEY, OPENAI_BASE_URL, COACH_MODEL).")
    else_said = f"The model could not be asked ({type(error).__name__}). Check the settings, or use the offline review."
    return AskError(NO_CHAT_SERVER if isinstance(error, NO_REPLY) else else_said)


def _retry_after(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    try:
        wait = float(response.headers.get("retry-after")) if response is not None else math.nan
    except (TypeError, ValueError):  # no header, or a date
        return None
    return wait if math.isfinite(wait) and wait >= 0 else None
