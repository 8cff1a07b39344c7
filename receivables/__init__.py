"""What is owed and what is paid: customers, requests, invoices, the ledger, cash, disputes, work and messages."""
