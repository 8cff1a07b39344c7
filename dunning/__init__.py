"""How we ask for what is overdue: policies, runs, notices, promises, calls and the worklist."""
