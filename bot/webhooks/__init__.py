"""Where providers tell us of new mail: each call is proven, answered at once, and only rings a bell."""
