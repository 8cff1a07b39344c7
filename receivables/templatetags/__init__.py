"""Template tags of the design system; docs/design-system.md shows each with an example. All are built in: no `load` needed."""
