"""Microsoft Graph and Entra as the emulated office speaks them: one module an area, and one edge to HTTP."""
