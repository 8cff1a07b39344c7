"""Decisions of the dunning floor: pure functions over plain values. No Django, no clock, no vendor."""
