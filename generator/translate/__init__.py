"""Translating: what is to do, how it is recorded as done, and how it goes to a translator's tool and back."""
