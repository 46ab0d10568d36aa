"""The one exception of the drawing package.

It is raised for misuse (an arrow to a lane that does not exist, a picture format that nobody can
write) and for a failing Graphviz executable. It is not raised where Graphviz is missing: then texts
are written instead of pictures, see `render.write_picture`.
"""


class DrawingError(Exception):
    """A picture cannot be made; the message names the likely cause and the way out."""
