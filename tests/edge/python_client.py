"""The official Python client against the endpoint; prints what it got as JSON."""

import json
import sys

import openai

base_url, key, prompt = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=key, max_retries=0)
messages = [{"role": "user", "content": prompt}]
told = {}

chunks = list(
    client.chat.completions.create(
        model="shop", messages=messages, stream=True, stream_options={"include_usage": True}
    )
)
told["stream"] = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
told["finish"] = [c.choices[0].finish_reason for c in chunks if c.choices][-1]
told["usage"] = chunks[-1].usage.total_tokens
told["whole"] = client.chat.completions.create(model="shop", messages=messages).choices[0].message.content

events = list(client.responses.create(model="shop", input=prompt, stream=True))
told["responses"] = "".join(e.delta for e in events if e.type == "response.output_text.delta")
told["last"] = events[-1].type
told["output_text"] = client.responses.create(model="shop", input=prompt).output_text
told["vectors"] = [item.embedding for item in client.embeddings.create(model="vectors", input=["a", "bc"]).data]
told["models"] = sorted(model.id for model in client.models.list())

errors = {}
for name, call in {
    "unknown": lambda: client.chat.completions.create(model="nope", messages=messages),
    "key": lambda: openai.OpenAI(base_url=base_url, api_key="wrong", max_retries=0).models.list(),
    "bad": lambda: client.chat.completions.create(model="shop", messages=[]),
}.items():
    try:
        call()
    except openai.APIError as error:
        errors[name] = type(error).__name__
told["errors"] = errors
print(json.dumps(told))
