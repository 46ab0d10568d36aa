"""The gallery: generated pictures of the model, their index, and the list of what is drawn.

`python -m diagrams` draws all of it again. It is a folder of this repository and no part of the library:
nothing is installed from here.
"""
