"""Exchange Web Services as an Exchange server on one's own premises speaks them: SOAP over the office's mailboxes."""
