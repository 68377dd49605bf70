"""The core: what a call does, without a socket, a sleep, a loop or a clock of its own."""
