"""The table of commands: what each is called, where it is, what it is for."""

from __future__ import annotations

from cryptodesk.cli._group import Entry

__all__ = ["COMMANDS"]

_CLI = "cryptodesk.cli"

COMMANDS = (
    Entry(
        "ask",
        f"{_CLI}.ask",
        "ask",
        "Ask",
        "Ask the desk a question.",
        (
            'cryptodesk ask "price of Bitcoin and Ethereum"',
            'cryptodesk ask --chart "how did SOL do over 90 days"',
            'cryptodesk ask --as-of 2024-03-01 --json "price of BTC" | jq .answer',
            'echo "what is restaking" | cryptodesk ask --plain -',
        ),
    ),
    Entry(
        "chat",
        f"{_CLI}.chat",
        "chat",
        "Ask",
        "Talk with the desk: it keeps the context and says what it cost.",
        ("cryptodesk chat", "cryptodesk chat --last --model local/qwen3:8b", "cryptodesk chat --json < questions.txt"),
    ),
    Entry(
        "plan",
        f"{_CLI}.plan",
        "plan",
        "Ask",
        "Show what the embedded analyst would do with a question.",
        ('cryptodesk plan "compare SOL and ETH over 90 days"',),
    ),
    Entry(
        "tools",
        f"{_CLI}.tools",
        "app",
        "Ask",
        "List the built-in tools, or call one.",
        ("cryptodesk tools list", 'cryptodesk tools call math_eval \'{"expression": "2300 * 0.15"}\''),
    ),
    Entry(
        "serve",
        f"{_CLI}.serve",
        "serve",
        "Serve",
        "Start the server.",
        ("cryptodesk serve", "cryptodesk serve --port 9000 --data snapshot"),
    ),
    Entry(
        "config",
        f"{_CLI}.config",
        "app",
        "Serve",
        "Show what the desk is set to, or check it.",
        (
            "cryptodesk config check",
            "cryptodesk config show --json | jq '.settings[] | select(.origin != \"default\")'",
        ),
    ),
    Entry(
        "mcp",
        f"{_CLI}.mcp",
        "mcp",
        "Serve",
        "Serve MCP on standard input and output.",
        ("claude mcp add cryptodesk -- cryptodesk mcp",),
    ),
    Entry(
        "keys",
        f"{_CLI}.keys",
        "app",
        "Serve",
        "Make, list and revoke API keys.",
        ("cryptodesk keys create my-bot", "cryptodesk keys list --json"),
    ),
    Entry(
        "models",
        f"{_CLI}.models",
        "app",
        "Serve",
        "List the models of the catalogue, or test one.",
        ("cryptodesk models list", "cryptodesk models test cryptodesk-analyst"),
    ),
    Entry(
        "data",
        f"{_CLI}.data",
        "app",
        "Know",
        "Show, pull, convert, ingest and verify market data.",
        ("cryptodesk data status", "cryptodesk data ingest candles.csv --asset BTC --interval 1d --currency USD"),
    ),
    Entry(
        "documents",
        f"{_CLI}.documents",
        "app",
        "Know",
        "Show, add, sync and remove what the desk reads.",
        ("cryptodesk documents add --defaults", "cryptodesk documents sync"),
    ),
    Entry(
        "limits",
        f"{_CLI}.limits",
        "app",
        "Serve",
        "Set, list and clear how much a key or an account may ask.",
        ("cryptodesk limits set --account main requests_a_minute=60 streams=4", "cryptodesk limits list"),
    ),
    Entry(
        "budgets",
        f"{_CLI}.budgets",
        "app",
        "Pay",
        "Set, list and clear what a key or an account may spend.",
        ("cryptodesk budgets set --account main --day 5", "cryptodesk budgets list"),
    ),
    Entry(
        "ledger",
        f"{_CLI}.ledger",
        "app",
        "Pay",
        "Show, export, reconcile and verify what was charged.",
        ("cryptodesk ledger show --last 5", "cryptodesk ledger export --format json --output ledger.json"),
    ),
    Entry(
        "eval",
        f"{_CLI}.eval",
        "evaluate_model",
        "Check",
        "Score a model on committed questions with deterministic graders.",
        ("cryptodesk eval --only ratios --limit 2", "cryptodesk eval --json - | jq .model"),
    ),
    Entry(
        "drill",
        f"{_CLI}.drill",
        "drill",
        "Check",
        "Play faults against your settings and check the failure contract.",
        ("cryptodesk drill --only cut --only client_gone",),
    ),
    Entry(
        "replay",
        f"{_CLI}.replay",
        "replay",
        "Check",
        "Run a recorded run again and compare the answers byte by byte.",
        ("cryptodesk replay chatcmpl-01a2031cfa3f7043bbdfe5edd3b6e5c4",),
    ),
    Entry(
        "evidence",
        f"{_CLI}.evidence",
        "evidence",
        "Check",
        "Write the evidence of a run into one file, or check such a file.",
        (
            "cryptodesk evidence chatcmpl-01a2031cfa3f7043bbdfe5edd3b6e5c4 --output run.json",
            "cryptodesk evidence --check run.json",
        ),
    ),
    Entry(
        "completion",
        f"{_CLI}.completion",
        "completion",
        "Shell",
        "Print what makes a shell complete what you type.",
        (
            'eval "$(cryptodesk completion bash)"',
            "cryptodesk completion fish > ~/.config/fish/completions/cryptodesk.fish",
        ),
    ),
)
