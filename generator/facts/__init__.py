"""Stage 2: prose meets data."""
