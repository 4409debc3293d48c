"""A LangChain chat model over the openai SDK's own client. In: messages. Out: text, finish reason, refusal and usage in one place.

Whole or in pieces as they come. Holds no key: the client does. Heavy packages are imported when the model is made.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from coach.errors import AskError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from openai import OpenAI


def thin_model() -> Callable[..., "BaseChatModel"]:
    """A chat model class over the SDK's own client: raw text, finish reason, refusal and usage in one place."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
    from langchain_core.messages.utils import convert_to_openai_messages
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

    class ThinOpenAI(BaseChatModel):
        client: Any
        model: str

        @property
        def _llm_type(self) -> str:
            return "openai-compatible"

        @property
        def _identifying_params(self) -> dict[str, Any]:
            return {"model": self.model, "base_url": str(self.client.base_url)}

        def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **options: Any) -> ChatResult:
            client: OpenAI = self.client
            asked: Any = convert_to_openai_messages(messages)
            made = client.chat.completions.create(model=self.model, messages=asked, stop=stop, **options)
            if not made.choices:
                raise AskError("The server answered without a reply. Check that it serves this model.")
            choice = made.choices[0]
            message = AIMessage(
                content=choice.message.content or "",
                additional_kwargs={"refusal": choice.message.refusal} if choice.message.refusal else {},
                response_metadata={"finish_reason": choice.finish_reason, "model_name": made.model, "id": made.id},
                usage_metadata=_used(made.usage),
            )
            return ChatResult(generations=[ChatGeneration(message=message)])

        def _stream(
            self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **options: Any
        ) -> Iterator[ChatGenerationChunk]:
            client: OpenAI = self.client
            asked: Any = convert_to_openai_messages(messages)
            with client.chat.completions.create(model=self.model, messages=asked, stop=stop, stream=True, **options) as stream:
                for part in stream:
                    choice = part.choices[0] if part.choices else None
                    meta = {"finish_reason": choice.finish_reason, "model_name": part.model} if choice and choice.finish_reason else {}
                    refusal = choice.delta.refusal if choice else None
                    message = AIMessageChunk(
                        content=(choice.delta.content if choice else None) or "",
                        additional_kwargs={"refusal": refusal} if refusal else {},
                        response_metadata=meta,
                        usage_metadata=_used(part.usage),
                    )
                    yield ChatGenerationChunk(message=message)

    def _used(used: Any) -> UsageMetadata | None:
        if not used:
            return None
        cached = used.prompt_tokens_details.cached_tokens if used.prompt_tokens_details else None
        return UsageMetadata(
            input_tokens=used.prompt_tokens,
            output_tokens=used.completion_tokens,
            total_tokens=used.total_tokens,
            input_token_details=InputTokenDetails(cache_read=cached or 0),
        )

    return ThinOpenAI
