"""Stage 3: values become bytes."""
