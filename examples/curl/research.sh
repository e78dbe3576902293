#!/usr/bin/env bash
# Messari AI's formats: a researched answer with sources and charts, and a report that is written while nobody waits.
set -euo pipefail
desk=${CRYPTODESK_URL:-http://127.0.0.1:8080}
key="x-messari-api-key: $CRYPTODESK_KEY"

curl -sS --fail-with-body "$desk/ai/v2/chat/completions" -H "$key" \
  -d '{"messages": [{"role": "user", "content": "How did Bitcoin do in August 2026?"}], "verbosity": "succinct"}'
echo

member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
id=$(curl -sS --fail-with-body "$desk/ai/v1/deep-research" -H "$key" -d '{"query": "How has Bitcoin done over the last year?"}' | member job_id)
for _ in $(seq 120); do
  job=$(curl -sS --fail-with-body "$desk/ai/v1/deep-research/$id" -H "$key")
  case $(member status <<<"$job") in
    completed) member output <<<"$job"; exit 0 ;;
    failed | cancelled) echo "$job" >&2; exit 1 ;;
  esac
  sleep 0.5
done
echo "the report was not written in a minute" >&2
exit 1
