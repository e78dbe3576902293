"""An answer piece by piece. Needs: pip install openai"""

import os

from openai import OpenAI

desk = OpenAI(
    api_key=os.environ["CRYPTODESK_KEY"],
    base_url=os.environ.get("CRYPTODESK_URL", "http://127.0.0.1:8080") + "/openai/v1",
)

stream = desk.chat.completions.create(
    model="cmc-ai-v1-gpt-5.1",
    messages=[{"role": "user", "content": "Compare SOL and ETH over 90 days"}],
    stream=True,
    stream_options={"include_usage": True},
)
for chunk in stream:
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
    if chunk.usage:
        print(f"\n{chunk.usage.total_tokens} tokens")
