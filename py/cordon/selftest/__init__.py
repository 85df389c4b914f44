"""Canaries through the engine, to see that under given settings all goes that must."""
