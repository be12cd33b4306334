"""The Outlook mailbox against the stand-in Graph, with the real msal."""
