"""The port for outgoing mail, text messages and letters, and one adapter a file for each way out."""
