"""Where it runs: the stacks, and the stages that they are deployed as."""
