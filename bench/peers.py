"""Other gateways, for `--peers`: found through the environment, never installed by the bench."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.targets import Launch, Place, Target, clean_environment

__all__ = ["find_peers"]

LITELLM_KEY = "sk-81d0f6a47c2e4b95a3170e6dfb94c258"  # it refuses to start with a short one
LITELLM_CONFIG = """\
model_list:
  - model_name: mock-model
    litellm_params: {{model: openai/mock-model, api_base: "{upstream}", api_key: sk-mock}}
general_settings:
  master_key: {key}
"""


def _litellm(executable: str) -> Target:
    def launch(place: Place) -> Launch:
        config = place.folder / "litellm.yaml"
        config.write_text(LITELLM_CONFIG.format(upstream=place.upstream, key=LITELLM_KEY))
        command = [executable, "--config", str(config), "--host", "127.0.0.1", "--port", str(place.port)]
        # Tuned: production mode, no debug log, and no price list fetched over the network.
        tuned = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        return Launch([*command, "--num_workers", "1"], clean_environment() | tuned)

    return Target(
        "litellm",
        launch,
        headers=lambda _: (f"Authorization: Bearer {LITELLM_KEY}",),
        start_limit_seconds=120,
        is_peer=True,
    )


def _portkey(node: str, script: str) -> Target:
    def launch(place: Place) -> Launch:
        # Without the second variable it refuses an upstream on the loopback interface.
        tuned = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}
        return Launch([node, script, f"--port={place.port}", "--headless"], clean_environment() | tuned)

    def headers(place: Place) -> tuple[str, ...]:
        return (
            "Authorization: Bearer sk-mock",
            "x-portkey-provider: openai",
            f"x-portkey-custom-host: {place.upstream}",
        )

    return Target("portkey", launch, headers=headers, is_peer=True)


def find_peers() -> tuple[list[Target], list[str]]:
    """The peers that are there, and a line for each that is not.

    `LITELLM` is the executable of a venv with litellm[proxy]; `PORTKEY` is build/start-server.js of the npm package."""
    found, missing = [], []
    litellm, portkey, node = (
        shutil.which(os.environ.get("LITELLM", "litellm")),
        os.environ.get("PORTKEY"),
        shutil.which("node"),
    )
    if litellm:
        found.append(_litellm(litellm))
    else:
        missing.append("litellm: not installed (set LITELLM to its executable)")
    if portkey and node and Path(portkey).is_file():
        found.append(_portkey(node, str(Path(portkey).resolve())))
    else:
        missing.append("portkey: not installed (set PORTKEY to build/start-server.js; needs node)")
    return found, missing
