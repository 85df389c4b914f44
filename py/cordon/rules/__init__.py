"""What PS3.15 says."""
