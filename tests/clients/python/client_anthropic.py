"""The package `anthropic`, with its `.stream()` helper, and its tool runner."""

import json

import anthropic


def make(given, variant):
    # Its base address is without /v1.
    client = anthropic.Anthropic(base_url=given.base_url.removesuffix("/v1"), api_key=given.key, max_retries=0)
    run = runner if variant == "runner" else messages
    return lambda ask, model: run(given, client, ask, model)


def runner(given, client, ask, model):
    """Its own loop, which first asks the service to keep the thread."""
    ran = []

    def call(name, city):
        ran.append({"city": city})
        text, picture = given.run(name, {"city": city})
        return [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}}] if picture else text

    @anthropic.beta_tool
    def get_weather(city: str):
        """The weather of a city"""
        return call("get_weather", city)

    @anthropic.beta_tool
    def look_at(city: str):
        """A picture of a city"""
        return call("look_at", city)

    more = {"thinking": {"type": "enabled", "budget_tokens": 1024}} if ask.get("effort") else {}
    loop = client.beta.messages.tool_runner(
        model=model, max_tokens=4096, messages=[{"role": "user", "content": ask["prompt"]}],
        tools=[look_at if ask.get("looks") else get_weather], stream=ask["stream"], **more,
    )
    message = loop.until_done()
    return {"text": "".join(block.text for block in message.content if block.type == "text"), "ran": ran}


def messages(given, client, ask, model):
    content = []
    if "picture" in ask:
        content.append({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ask["picture"]}})
    if "file" in ask:
        content.append({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": ask["file"]}})
    history = [{"role": "user", "content": [*content, {"type": "text", "text": ask["prompt"]}]}]
    more = {}
    if ask["op"] == "loop":
        tool = given.tool_of(ask)
        more["tools"] = [{"name": tool["name"], "description": tool["description"], "input_schema": tool["parameters"]}]
    if ask.get("schema"):
        more["output_config"] = {"format": {"type": "json_schema", "schema": given.schema}}
    if ask.get("effort"):
        more["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    ran = []
    while True:
        pieces = 0
        if ask["stream"]:
            with client.messages.stream(model=model, max_tokens=4096, messages=history, **more) as stream:
                for _ in stream.text_stream:
                    pieces += 1
                    if pieces == ask.get("abortAfter"):
                        stream.close()
                        return {"aborted": True}
                message = stream.get_final_message()
        else:
            message = client.messages.create(model=model, max_tokens=4096, messages=history, **more)
        text = "".join(block.text for block in message.content if block.type == "text")
        calls = [block for block in message.content if block.type == "tool_use"]
        if ask["op"] == "ask" or message.stop_reason != "tool_use":
            usage = message.usage
            details = getattr(usage, "output_tokens_details", None)
            told = {
                "text": text, "pieces": pieces, "ran": ran,
                "reasoning": "".join(block.thinking for block in message.content if block.type == "thinking"),
                "usage": {
                    "input": usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0),
                    "output": usage.output_tokens, "cached": usage.cache_read_input_tokens, "reasoning": details and details.thinking_tokens,
                },
            }
            return {**told, "object": json.loads(text)} if ask.get("schema") else told
        history.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in message.content]})
        results = []
        for call in calls:
            ran.append(call.input)
            text, picture = given.run(call.name, call.input)
            image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}}
            results.append({"type": "tool_result", "tool_use_id": call.id, "content": [image] if picture else text})
        history.append({"role": "user", "content": results})
