"""The local spam filter: which words and shapes of a mail speak for spam, as hashed features with one weight each."""
