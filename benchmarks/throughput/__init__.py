"""How many mails a second the whole product takes from the first claim to the last card, beside two bare calls of a model's SDK."""
