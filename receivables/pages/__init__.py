"""Staff pages of the receivables floor: doors that parse, check access, make one call and answer with HTML."""
