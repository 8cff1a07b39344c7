"""How much we trust a customer: score, class, limit, holds and reviews. It knows receivables, and nothing above itself."""
