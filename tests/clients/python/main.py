"""Real clients in Python against the endpoint. Reads one JSON text from standard input, `{client, baseURL, key, picture, tool, look, schema,
cells: [{id, model, ask}]}`, and prints a line for each cell: `{id, told}`. What `ask` and `told` are stands in ../features.mjs."""

import importlib
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor


class Given:
    """What all clients share: the address, the key, and the tools."""

    def __init__(self, given):
        self.base_url, self.key, self.picture = given["baseURL"], given["key"], given["picture"]
        self.tool, self.look, self.schema = given["tool"], given["look"], given["schema"]
        self.models = sorted({cell["model"] for cell in given["cells"]})

    def tool_of(self, ask):
        return self.look if ask.get("looks") else self.tool

    def run(self, name, arguments):
        """The result of a tool: a text, and for `look_at` a picture."""
        if name == "look_at":
            return "a picture", self.picture
        return f"12 degrees in {arguments['city']}", None


def main():
    given = json.load(sys.stdin)
    module, _, variant = given["client"].partition(":")
    shared = Given(given)
    client = importlib.import_module(f"client_{module}").make(shared, variant)
    lock = threading.Lock()

    def cell(one):
        try:
            told = client(one["ask"], one["model"])
        except Exception as error:  # what a client raises is what is asked for
            told = {"error": describe(error)}
        with lock:
            print(json.dumps({"id": one["id"], "told": told}), flush=True)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(cell, given["cells"]))


def describe(error):
    """A client's exception in plain JSON; a client's module may know it better."""
    name = type(error).__name__
    message = str(error)
    status = getattr(error, "status_code", None)
    code = getattr(error, "code", None) or getattr(error, "type", None)
    cause = error.__cause__ or error
    headers = getattr(getattr(cause, "response", None), "headers", None) or {}
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            code = inner.get("code") or inner.get("type") or code
    return {
        "name": name,
        "message": message,
        "status": status,
        "code": code if isinstance(code, str) else None,
        "tooLong": name == "ContextWindowExceededError" or (status == 400 and (code == "context_length_exceeded" or "prompt is too long: " in message)),
        "limited": status == 429 and (name == "RateLimitError" or code in ("rate_limit_exceeded", "rate_limit_error")),
        **({"after": headers["retry-after"]} if "retry-after" in headers else {}),
    }


if __name__ == "__main__":
    main()
