"""Loops that must be caught, honest work that must be left alone, liars, and vague goals."""
