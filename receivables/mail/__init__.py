"""HTML mail: the frame around a message's text, and the default texts. Nothing of it is fetched from elsewhere."""
