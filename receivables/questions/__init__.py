"""Questions: what pages, verbs and reports ask of the books and registers. They read; nothing here writes."""
