"""pydantic-ai over Chat Completions, Responses and Messages: its own loop runs the tools."""

import asyncio
import base64

from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent
from pydantic_ai.messages import ThinkingPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider


class Weather(BaseModel):
    city: str
    degrees: float


def make(given, variant):
    def model_of(name):
        if variant == "messages":
            import anthropic

            client = anthropic.AsyncAnthropic(base_url=given.base_url.removesuffix("/v1"), api_key=given.key, max_retries=0)
            return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))
        import openai

        provider = OpenAIProvider(openai_client=openai.AsyncOpenAI(base_url=given.base_url, api_key=given.key, max_retries=0))
        return (OpenAIChatModel if variant == "chat" else OpenAIResponsesModel)(name, provider=provider)

    return lambda ask, model: asyncio.run(run(given, variant, ask, model_of(model)))


async def run(given, variant, ask, model):
    ran = []
    settings = {"max_tokens": 4096}
    if ask.get("effort"):
        settings |= {
            "chat": {"openai_reasoning_effort": "high"},
            "responses": {"openai_reasoning_effort": "high", "openai_reasoning_summary": "auto", "openai_store": False},
            "messages": {"anthropic_thinking": {"type": "enabled", "budget_tokens": 1024}},
        }[variant]
    agent = Agent(model, model_settings=settings, output_type=Weather if ask.get("schema") else str)
    if ask["op"] == "loop":

        def call(name, city):
            ran.append({"city": city})
            text, picture = given.run(name, {"city": city})
            return BinaryContent(base64.b64decode(picture), media_type="image/png") if picture else text

        def get_weather(city: str):
            """The weather of a city"""
            return call("get_weather", city)

        def look_at(city: str):
            """A picture of a city"""
            return call("look_at", city)

        agent.tool_plain(look_at if ask.get("looks") else get_weather)
    parts = [ask["prompt"]]
    if "picture" in ask:
        parts.append(BinaryContent(base64.b64decode(ask["picture"]), media_type="image/png"))
    if "file" in ask:
        parts.append(BinaryContent(base64.b64decode(ask["file"]), media_type="application/pdf"))
    pieces = 0
    if ask["stream"]:
        async with agent.run_stream(parts) as result:
            async for _ in result.stream_text(delta=True, debounce_by=None):
                pieces += 1
                if pieces == ask.get("abortAfter"):
                    return {"aborted": True}
            output = await result.get_output()
    else:
        result = await agent.run(parts)
        output = result.output
    usage = result.usage if not callable(result.usage) else result.usage()
    thoughts = [part.content for message in result.all_messages() for part in message.parts if isinstance(part, ThinkingPart)]
    told = {
        "pieces": pieces, "ran": ran, "reasoning": "".join(thoughts),
        "usage": {
            "input": usage.input_tokens, "output": usage.output_tokens, "cached": usage.cache_read_tokens,
            "reasoning": usage.details.get("reasoning_tokens") or usage.details.get("thinking_tokens"),
        },
    }
    return {**told, "object": output.model_dump()} if ask.get("schema") else {**told, "text": output}
