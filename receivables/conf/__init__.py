"""The one composition root: settings, addresses, schedule and start-up checks. Upper floors are named here by dotted string only."""
