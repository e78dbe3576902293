#!/usr/bin/env bash
# A finished answer, and the same as a stream. The tools run on the server.
set -euo pipefail
desk=${CRYPTODESK_URL:-http://127.0.0.1:8080}

curl -sS --fail-with-body "$desk/openai/v1/chat/completions" \
  -H "Authorization: Bearer $CRYPTODESK_KEY" -H "Content-Type: application/json" \
  -d '{"model": "cmc-ai-v1-gpt-5.1", "messages": [{"role": "user", "content": "Compare SOL and ETH over 90 days"}]}'
echo

curl -sSN --fail-with-body "$desk/openai/v1/chat/completions" \
  -H "Authorization: Bearer $CRYPTODESK_KEY" -H "Content-Type: application/json" \
  -d '{"model": "cmc-ai-v1-gpt-5.1", "stream": true, "messages": [{"role": "user", "content": "Compare SOL and ETH over 90 days"}]}'
