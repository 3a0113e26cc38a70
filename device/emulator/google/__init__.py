"""Google's side of the office: OAuth, Calendar v3, the Admin directory and People, over the same mailboxes."""
