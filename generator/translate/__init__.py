"""Translating: what translators get, and what they bring back."""
