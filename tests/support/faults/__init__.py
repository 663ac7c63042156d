"""Faults put under everything that writes below a folder, and what must hold after each."""
