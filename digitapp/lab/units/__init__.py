"""Units, and what becomes of them: their curves, long chains of them, inputs that are not centred, and death."""
