"""The right to answer by itself: its statistics against their published figures, its rules against every state."""
