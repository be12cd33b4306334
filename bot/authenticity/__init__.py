"""Whether a mail comes from the domain in its From: the receiving provider's word, the domain's own signature, its DMARC policy."""
