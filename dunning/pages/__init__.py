"""Staff pages of this floor, one file a room."""
