-- Whether anybody of a sender's domain wrote before, asked of each answer that goes out by itself.
create index messages_domain on messages (lower(split_part(sender, '@', 2)), id);
