"""llm, with a model of its own settings file, as its documentation has it for services that are compatible with OpenAI."""

import base64
import json
import os
import tempfile

FOLDER = tempfile.mkdtemp(prefix="rivulet-llm-")
os.environ["LLM_USER_PATH"] = FOLDER


def make(given, _):
    lines = []
    for name in given.models:
        lines += [f"- model_id: at-{name}", f"  model_name: {name}", f"  api_base: {json.dumps(given.base_url)}", "  supports_tools: true", "  supports_schema: true", "  vision: true", "  reasoning: true", "  api_key_name: rivulet"]
    with open(os.path.join(FOLDER, "extra-openai-models.yaml"), "w") as file:
        file.write("\n".join(lines) + "\n")
    with open(os.path.join(FOLDER, "keys.json"), "w") as file:
        json.dump({"rivulet": given.key}, file)
    import llm

    known = {name: llm.get_model(f"at-{name}") for name in given.models}
    return lambda ask, model: prompt(given, llm, known[model], ask)


def prompt(given, llm, model, ask):
    more = {"stream": ask["stream"]}
    if "picture" in ask:
        more["attachments"] = [llm.Attachment(content=base64.b64decode(ask["picture"]), type="image/png")]
    if "file" in ask:
        more["attachments"] = [llm.Attachment(content=base64.b64decode(ask["file"]), type="application/pdf")]
    if ask.get("schema"):
        more["schema"] = given.schema
    ran, pieces = [], 0
    if ask["op"] == "loop":

        def get_weather(city: str) -> str:
            """The weather of a city"""
            ran.append({"city": city})
            return given.run("get_weather", {"city": city})[0]

        options = {"reasoning_effort": "high"} if ask.get("effort") else {}
        chain = model.chain(ask["prompt"], tools=[get_weather], options=options, **more)
        texts = [response.text() for response in chain.responses()]
        return {"text": texts[-1], "ran": ran}
    response = model.prompt(ask["prompt"], **more)
    text = ""
    for piece in response:
        text += piece
        pieces += 1 if piece else 0
        if pieces == ask.get("abortAfter"):
            return {"aborted": True}
    usage = response.usage()
    details = usage.details or {}
    told = {
        "text": text, "pieces": pieces, "ran": ran,
        "usage": {
            "input": usage.input, "output": usage.output, "cached": details.get("prompt_tokens_details", {}).get("cached_tokens"),
            "reasoning": details.get("completion_tokens_details", {}).get("reasoning_tokens"),
        },
    }
    return {**told, "object": json.loads(text)} if ask.get("schema") else told
