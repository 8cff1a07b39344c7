"""The one composition root: settings, addresses, schedule, start-up checks. Upper floors are named here by dotted string only."""
