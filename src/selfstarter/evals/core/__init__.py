"""Forty steps up a hill: tasks in five levels, one file each."""
