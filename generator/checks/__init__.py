"""Stage 4: what was made is questioned; findings are values."""
