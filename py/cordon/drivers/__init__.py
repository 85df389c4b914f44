"""The edges: what the engine is driven by."""
