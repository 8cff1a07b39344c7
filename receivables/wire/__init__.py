"""The JSON API's own machinery, for the doors of every floor: rooms, guards, shapes, problems. It holds no operation."""
