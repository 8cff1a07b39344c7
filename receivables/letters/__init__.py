"""Papers typeset by Typst: letter, statement, interest note, hand-over sheet. Sources and what sets them; no facts."""
