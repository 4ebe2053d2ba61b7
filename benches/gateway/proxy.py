"""LiteLLM's proxy in one process, as child.mjs has the others: `proxy.py UPSTREAM DIALECT`."""

import gc
import json
import os
import socket
import sys
import tempfile
import threading
import time

upstream, dialect = sys.argv[1:3]
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_LOG"] = "ERROR"
os.environ["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
# Its client adds the rest of the path to the one of these services, and all of it to the other.
base = f"{upstream}/v1" if dialect == "openai" else upstream
config = {
    "model_list": [
        {"model_name": "service", "litellm_params": {"model": f"{dialect}/bench", "api_base": base, "api_key": "sk-bench"}}
    ],
    "litellm_settings": {"telemetry": False},
}
with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
    json.dump(config, file)
os.environ["CONFIG_FILE_PATH"] = file.name
os.environ["WORKER_CONFIG"] = json.dumps({"config": file.name, "telemetry": False})

import uvicorn
from litellm.proxy.proxy_server import app


def tell(value):
    sys.__stdout__.write("\u0001" + json.dumps(value) + "\n")
    sys.__stdout__.flush()


def answer():
    for line in sys.stdin:
        if line.strip() == "memory":
            gc.collect()
        with open("/proc/self/statm") as statm:
            rss = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        tell({"cpu": time.process_time_ns(), "rss": rss})
    os.unlink(file.name)
    os._exit(0)


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets=sockets)
        tell({"port": sockets[0].getsockname()[1]})
        threading.Thread(target=answer, daemon=True).start()


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
