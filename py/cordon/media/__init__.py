"""What surrounds instances: names and archives."""
