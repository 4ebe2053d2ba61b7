"""The package `openai`: `chat`, and `responses` with its `.stream()` helper."""

import json

import openai


def make(given, variant):
    client = openai.OpenAI(base_url=given.base_url, api_key=given.key, max_retries=0)
    return (lambda ask, model: chat(given, client, ask, model)) if variant == "chat" else (lambda ask, model: responses(given, client, ask, model))


def chat(given, client, ask, model):
    content = [{"type": "text", "text": ask["prompt"]}]
    if "picture" in ask:
        content.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{ask['picture']}"}})
    if "file" in ask:
        content.append({"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{ask['file']}"}})
    messages = [{"role": "user", "content": content}]
    more = {}
    if ask["op"] == "loop":
        more["tools"] = [{"type": "function", "function": given.tool_of(ask)}]
    if ask.get("schema"):
        more["response_format"] = {"type": "json_schema", "json_schema": {"name": "weather", "strict": True, "schema": given.schema}}
    if ask.get("effort"):
        more["reasoning_effort"] = "high"
    ran = []
    while True:
        text, reasoning, pieces, usage = "", "", 0, None
        if ask["stream"]:
            with client.chat.completions.stream(model=model, messages=messages, stream_options={"include_usage": True}, **more) as stream:
                for event in stream:
                    if event.type == "chunk":
                        for choice in event.chunk.choices:
                            reasoning += getattr(choice.delta, "reasoning_content", None) or ""
                    if event.type == "content.delta":
                        pieces += 1
                        if pieces == ask.get("abortAfter"):
                            stream.close()
                            return {"aborted": True}
                completion = stream.get_final_completion()
        else:
            completion = client.chat.completions.create(model=model, messages=messages, **more)
        message, usage = completion.choices[0].message, completion.usage
        text = message.content or ""
        calls = message.tool_calls or []
        if ask["op"] == "ask" or not calls:
            told = {"text": text, "pieces": pieces, "reasoning": reasoning or getattr(message, "reasoning_content", None), "ran": ran, "usage": usage_of_chat(usage)}
            return {**told, "object": json.loads(text)} if ask.get("schema") else told
        messages.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
        for call in calls:
            arguments = json.loads(call.function.arguments)
            ran.append(arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": given.run(call.function.name, arguments)[0]})


def usage_of_chat(usage):
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return {
        "input": usage.prompt_tokens, "output": usage.completion_tokens,
        "cached": prompt and prompt.cached_tokens, "reasoning": completion and completion.reasoning_tokens,
    }


def responses(given, client, ask, model):
    content = [{"type": "input_text", "text": ask["prompt"]}]
    if "picture" in ask:
        content.append({"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{ask['picture']}"})
    if "file" in ask:
        content.append({"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{ask['file']}"})
    items = [{"role": "user", "content": content}]
    more = {"store": False, "include": ["reasoning.encrypted_content"]}
    if ask["op"] == "loop":
        more["tools"] = [{"type": "function", "strict": True, **given.tool_of(ask)}]
    if ask.get("schema"):
        more["text"] = {"format": {"type": "json_schema", "name": "weather", "strict": True, "schema": given.schema}}
    if ask.get("effort"):
        more["reasoning"] = {"effort": "high", "summary": "auto"}
    ran = []
    while True:
        pieces, reasoning = 0, ""
        if ask["stream"]:
            with client.responses.stream(model=model, input=items, **more) as stream:
                for event in stream:
                    if event.type == "response.reasoning_summary_text.delta":
                        reasoning += event.delta
                    if event.type == "response.output_text.delta":
                        pieces += 1
                        if pieces == ask.get("abortAfter"):
                            stream.close()
                            return {"aborted": True}
                response = stream.get_final_response()
        else:
            response = client.responses.create(model=model, input=items, **more)
        calls = [item for item in response.output if item.type == "function_call"]
        if ask["op"] == "ask" or not calls:
            usage = response.usage
            told = {
                "text": response.output_text, "pieces": pieces, "reasoning": reasoning, "ran": ran,
                "usage": {
                    "input": usage.input_tokens, "output": usage.output_tokens,
                    "cached": usage.input_tokens_details.cached_tokens, "reasoning": usage.output_tokens_details.reasoning_tokens,
                },
            }
            return {**told, "object": json.loads(response.output_text)} if ask.get("schema") else told
        items += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in response.output]
        for call in calls:
            arguments = json.loads(call.arguments)
            ran.append(arguments)
            text, picture = given.run(call.name, arguments)
            output = [{"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{picture}"}] if picture else text
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": output})
