"""Speed and memory of this machine: networks and methods, the steps of ``segment``, training throughput."""
