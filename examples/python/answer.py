"""A researched answer with its sources, what was checked of it, and what it cost. Needs: pip install openai"""

import os

from openai import OpenAI

desk = OpenAI(
    api_key=os.environ["CRYPTODESK_KEY"],
    base_url=os.environ.get("CRYPTODESK_URL", "http://127.0.0.1:8080") + "/openai/v1",
)

answer = desk.chat.completions.create(
    model="cmc-ai-v1-gpt-5.1",
    messages=[{"role": "user", "content": "How did Bitcoin do in August 2026?"}],
    extra_body={"cryptodesk": {"research": True, "max_cost_usd": "0.50"}},
)
print(answer.choices[0].message.content)
print()

told = answer.model_extra["cryptodesk"]
for source in told["citations"]:
    print(f"[{source['citation_id']}] {source['title']}")
counts = told["verification"]["counts"]
print("figures:", ", ".join(f"{count} {finding}" for finding, count in counts.items() if count))
print("cost: $" + told["receipt"]["total_usd"], "served by", answer.model)
