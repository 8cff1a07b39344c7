"""Words of this floor: sentences and labels that people read for its codes. They decide nothing."""
