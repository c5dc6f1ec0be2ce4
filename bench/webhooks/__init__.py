"""What it takes to tell bots what people say: `python -m bench.webhooks`."""
