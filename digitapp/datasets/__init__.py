"""Problems and their data: the 4×3 toy, MNIST, built-in handwriting."""
