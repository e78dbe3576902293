"""CoinMarketCap AI's format with the `openai` package: tools in the first turn, the text in the second.
Needs: pip install openai"""

import os

from openai import OpenAI

desk = OpenAI(
    api_key="not used",
    base_url=os.environ.get("CRYPTODESK_URL", "http://127.0.0.1:8080") + "/v1",
    default_headers={"X-CMC_PRO_API_KEY": os.environ["CRYPTODESK_KEY"]},
)
question = [{"role": "user", "content": "What is the price of Bitcoin?"}]
tools = [{"type": "function", "function": {"name": name}} for name in ("cmc_id_lookup", "cmc_market_data")]

turn = desk.chat.completions.create(model="cmc-ai-v1-gpt-5.1", messages=question, tools=tools)
for trace in turn.model_extra["cmc"]["tool_traces"]:
    print("ran", trace["name"])
answer = desk.chat.completions.create(
    model="cmc-ai-v1-gpt-5.1", messages=question, extra_body={"previous_response_id": turn.id}
)
print(answer.choices[0].message.content)
print("cost:", answer.model_extra["cmc"]["cost"])
