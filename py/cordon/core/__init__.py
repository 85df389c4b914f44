"""The engine: bytes in, plan out."""
