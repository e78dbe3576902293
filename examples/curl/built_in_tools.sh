#!/usr/bin/env bash
# CoinMarketCap AI's format: the first turn runs the tools, the second writes the text, and both say what they cost.
set -euo pipefail
desk=${CRYPTODESK_URL:-http://127.0.0.1:8080}

ask() {
  curl -sS --fail-with-body "$desk/v1/chat/completions" \
    -H "X-CMC_PRO_API_KEY: $CRYPTODESK_KEY" -H "Content-Type: application/json" -d "$1"
}

question='[{"role": "user", "content": "What is the price of Bitcoin?"}]'
tools='[{"function": {"name": "cmc_id_lookup"}}, {"function": {"name": "cmc_market_data"}}]'

first=$(ask "{\"model\": \"cmc-ai-v1-gpt-5.1\", \"messages\": $question, \"tools\": $tools}")
id=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])' <<<"$first")
ask "{\"model\": \"cmc-ai-v1-gpt-5.1\", \"messages\": $question, \"previous_response_id\": \"$id\"}"
echo
curl -sS --fail-with-body "$desk/v1/receipts/$id" -H "X-CMC_PRO_API_KEY: $CRYPTODESK_KEY"
