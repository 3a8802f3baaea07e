"""Stage 1: files become values."""
