"""The parts of the Outlook mailbox: tokens, calls, the inbox, drafts, subscriptions."""
