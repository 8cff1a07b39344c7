"""Taking a stranger's file in: what it is, in which alphabet, and whether it may be opened. It knows nothing of banks or invoices."""
