"""Translating: what is to do, and how it is recorded as done."""
