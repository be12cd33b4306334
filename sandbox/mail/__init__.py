"""The demo's mail world: the letters that arrive at Larkspur, and the post office that carries the answers."""
