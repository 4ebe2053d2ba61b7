"""litellm, as a client of an address that is compatible with OpenAI, and of one that is Anthropic's."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402

litellm.telemetry = False
litellm.suppress_debug_info = True


def make(given, variant):
    return lambda ask, model: completion(given, variant, ask, model)


def completion(given, variant, ask, model):
    content = [{"type": "text", "text": ask["prompt"]}]
    if "picture" in ask:
        content.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{ask['picture']}"}})
    if "file" in ask:
        content.append({"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{ask['file']}"}})
    messages = [{"role": "user", "content": content}]
    base = given.base_url.removesuffix("/v1") if variant == "anthropic" else given.base_url
    more = {"model": f"{variant}/{model}", "api_base": base, "api_key": given.key, "num_retries": 0, "max_retries": 0}
    if ask["op"] == "loop":
        more["tools"] = [{"type": "function", "function": given.tool_of(ask)}]
    if ask.get("schema"):
        more["response_format"] = {"type": "json_schema", "json_schema": {"name": "weather", "strict": True, "schema": given.schema}}
    if ask.get("effort"):
        more |= {"thinking": {"type": "enabled", "budget_tokens": 1024}, "allowed_openai_params": ["thinking"]} if variant == "anthropic" else {"reasoning_effort": "high", "allowed_openai_params": ["reasoning_effort"]}
    ran = []
    while True:
        pieces = 0
        if ask["stream"]:
            chunks = []
            for chunk in litellm.completion(messages=messages, stream=True, stream_options={"include_usage": True}, **more):
                chunks.append(chunk)
                if chunk.choices and chunk.choices[0].delta.content:
                    pieces += 1
            response = litellm.stream_chunk_builder(chunks, messages=messages)
        else:
            response = litellm.completion(messages=messages, **more)
        message, usage = response.choices[0].message, response.usage
        calls = message.tool_calls or []
        if ask["op"] == "ask" or not calls:
            prompt, details = usage.prompt_tokens_details, usage.completion_tokens_details
            told = {
                "text": message.content, "pieces": pieces, "reasoning": getattr(message, "reasoning_content", None), "ran": ran,
                "usage": {
                    "input": usage.prompt_tokens, "output": usage.completion_tokens,
                    "cached": prompt and prompt.cached_tokens, "reasoning": details and details.reasoning_tokens,
                },
            }
            return {**told, "object": json.loads(message.content)} if ask.get("schema") else told
        messages.append(message.model_dump(exclude_none=True))
        for call in calls:
            arguments = json.loads(call.function.arguments)
            ran.append(arguments)
            text, picture = given.run(call.function.name, arguments)
            image = [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}}]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": image if picture else text})
