"""What it all says: figures over every floor, and the pages that show several floors at once. It changes nothing."""
