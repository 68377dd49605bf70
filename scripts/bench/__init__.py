"""What the client costs beside what it is built on: six ratios, each measured in one run on one machine."""
