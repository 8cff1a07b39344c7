"""The socket for bank statements: every format becomes statements and lines in one shape. No line is ever dropped."""
