"""Stage 5: bytes reach the disk, once."""
