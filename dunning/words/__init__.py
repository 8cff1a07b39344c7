"""Sentences and labels of this floor for people. Codes are decided elsewhere."""
