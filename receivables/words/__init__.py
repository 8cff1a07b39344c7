"""Words: the sentences and labels that people read for our codes, in their language. They decide nothing."""
