"""Runs before Django reads its settings: test mode, a database of our own, no data of the developer's. Loaded by `-p`."""

import os

os.environ["DUEBOOK_TEST_MODE"] = "1"
