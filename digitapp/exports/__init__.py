"""What leaves the program in another program's form, and what comes back; each is loaded when it is wanted."""
