"""Staff pages that show several floors at once."""
