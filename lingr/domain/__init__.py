"""Rules and use cases. Every function is ``verb(ctx, caller, **typed arguments) -> value``."""
