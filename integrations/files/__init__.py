"""Taking a stranger's file in: what it is, in which alphabet, whether it may be opened. It knows no banks and no invoices."""
