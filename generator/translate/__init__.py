"""Translating: what is to do, what translators get, and what they bring back."""
